"""Opaque secrets: made, derived from an event or kept only as a hash; and what is sealed at rest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def new_secret() -> str:
    """256 random bits as URL-safe text: sessions, browsers, tools' tokens."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """How a random secret is kept at rest: its SHA-256 (it has 256 bits, so no slow hash is needed)."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Derivation:
    """Keys derived from one master secret, one per use, so that none reveals another."""

    def __init__(self, master: bytes) -> None:
        self._links = _derived(master, b"mailed links")
        self._traces = _derived(master, b"throttling")
        self._sealing = Fernet(base64.urlsafe_b64encode(_derived(master, b"second factors")))

    def link_token(self, purpose: str, event_id: str) -> str:
        """The token mailed for an event: the same again if a crash has it mailed twice."""
        digest = hmac.digest(self._links, f"{purpose}:{event_id}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def trace(self, *parts: str) -> str:
        """A stable stand-in for an address or a source, so that throttling keeps neither."""
        return hmac.digest(self._traces, "\0".join(parts).encode("utf-8", "replace"), "sha256").hex()

    def seal(self, text: str) -> str:
        return self._sealing.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        return self._sealing.decrypt(sealed.encode()).decode()

    def opens(self, sealed: str) -> bool:
        """Whether a key in force opens it."""
        try:
            self.unseal(sealed)
        except InvalidToken:
            return False
        return True


def master_of(sealing_key: str, signing_key: Ed25519PrivateKey) -> bytes:
    """The sealing key where one is set, else the signing key's own bytes."""
    if sealing_key:
        return sealing_key.encode()
    return signing_key.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )


def _derived(master: bytes, use: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=b"portail accounts " + use).derive(master)
