"""Keys derived from the service's master secrets: for mailed links, throttling pseudonyms and
sealed second factors. Random secrets handed to browsers and tools, of which accounts keeps only the
hash."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.contracts.base import data_of, read

Content = TypeVar("Content")


class DerivedKeys:
    """A key per use and master secret (HKDF), so that none reveals another. The first master secret
    is in use; the older ones only verify and decrypt what was made before a key rotation."""

    def __init__(self, master_secrets: Sequence[bytes]) -> None:
        self._link_keys = [_derived_key(secret, b"mailed links") for secret in master_secrets]
        self._trace_key = _derived_key(master_secrets[0], b"throttling")
        sealing_keys = [
            Fernet(base64.urlsafe_b64encode(_derived_key(secret, b"second factors")))
            for secret in master_secrets
        ]
        self._all_sealing_keys = MultiFernet(sealing_keys)
        self._first_sealing_key = sealing_keys[0]

    def link_tokens(self, purpose: str, event_id: str) -> list[str]:
        """Return the token mailed for an event, then the tokens derived for it from the older
        master secrets."""
        digests = (
            hmac.digest(key, f"{purpose}:{event_id}".encode(), "sha256") for key in self._link_keys
        )
        return [base64.urlsafe_b64encode(digest).rstrip(b"=").decode() for digest in digests]

    def trace(self, *parts: str) -> str:
        """Return a stable pseudonym (HMAC-SHA256, hex) of an address or a source, so that
        throttling stores neither."""
        return hmac.digest(
            self._trace_key, "\0".join(parts).encode("utf-8", "replace"), "sha256"
        ).hex()

    def seal(self, text: str) -> str:
        """Return `text` encrypted with the first key."""
        return self._all_sealing_keys.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Return the decrypted text. Raises InvalidToken if no valid key decrypts it."""
        return self._all_sealing_keys.decrypt(sealed.encode()).decode()

    def seal_content(self, purpose: str, content: object) -> str:
        """Return `content`, a dataclass, encrypted for that purpose alone; what is None is left
        out."""
        members = {name: value for name, value in data_of(content).items() if value is not None}
        return self.seal(json.dumps({**members, "purpose": purpose}))

    def sealed_content(
        self, purpose: str, sealed: str, lifetime: timedelta, kind: type[Content]
    ) -> Content | None:
        """Return the `kind` that was sealed for this purpose; None where it was sealed for another
        one, longer than `lifetime` ago, or not here."""
        try:
            text = self._all_sealing_keys.decrypt(
                sealed.encode(), ttl=int(lifetime.total_seconds())
            )
            content = json.loads(text)
            if not isinstance(content, dict) or content.get("purpose") != purpose:
                return None
            return read(kind, content)
        except (InvalidToken, ValueError):
            return None

    def opens(self, sealed: str) -> bool:
        """Tell whether a valid key decrypts it."""
        with suppress(InvalidToken):
            self.unseal(sealed)
            return True
        return False

    def reseal(self, sealed: str) -> str | None:
        """Return the text encrypted with the first key; None if it is already. Raises
        InvalidToken."""
        try:
            self._first_sealing_key.decrypt(sealed.encode())
        except InvalidToken:
            return self._all_sealing_keys.rotate(sealed.encode()).decode()
        return None


def master_secrets(
    sealing_keys: Iterable[str], signing_keys: Iterable[Ed25519PrivateKey]
) -> list[bytes]:
    """Return the sealing keys, then the signing keys' raw bytes, which encrypt if there is no
    sealing key, and still decrypt once there is one."""
    raw = (
        serialization.Encoding.Raw,
        serialization.PrivateFormat.Raw,
        serialization.NoEncryption(),
    )
    return [
        *(key.encode() for key in sealing_keys),
        *(key.private_bytes(*raw) for key in signing_keys),
    ]


def _derived_key(master_secret: bytes, use: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=b"portail accounts " + use).derive(
        master_secret
    )


def new_secret() -> str:
    """Return 256 random bits as URL-safe text, for sessions, browsers' cookies, tools' tokens."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 in hexadecimal, as secrets are stored (they have 256 random bits, so no
    slow hash is needed)."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
