"""Opaque secrets: made, derived from an event or kept only as a hash; and what is sealed at rest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
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
    """Keys derived from each master secret, one per use, so that none reveals another. The first master is used, the
    others know what they made before they were turned."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        self._links = [_derived(master, b"mailed links") for master in masters]
        self._traces = _derived(masters[0], b"throttling")
        sealing = [Fernet(base64.urlsafe_b64encode(_derived(master, b"second factors"))) for master in masters]
        self._sealing, self._first = MultiFernet(sealing), sealing[0]

    def link_tokens(self, purpose: str, event_id: str) -> list[str]:
        """The token mailed for an event, then those that it had under older masters."""
        return [_link_token(key, purpose, event_id) for key in self._links]

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

    def resealed(self, sealed: str) -> str | None:
        """The same, sealed by the first master; None where it is already. Raises InvalidToken."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return self._sealing.rotate(sealed.encode()).decode()
        return None


def masters_of(sealing_keys: Iterable[str], signing_keys: Iterable[Ed25519PrivateKey]) -> list[bytes]:
    """The sealing keys, then the signing keys' own bytes: they seal where there is no sealing key, and go on opening
    when there is one at last."""
    raw = (serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    return [*(key.encode() for key in sealing_keys), *(key.private_bytes(*raw) for key in signing_keys)]


def _link_token(key: bytes, purpose: str, event_id: str) -> str:
    digest = hmac.digest(key, f"{purpose}:{event_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _derived(master: bytes, use: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=b"portail accounts " + use).derive(master)
