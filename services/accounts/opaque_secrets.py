"""Random secrets handed to browsers and tools, of which accounts keeps only the hash."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits as URL-safe text: sessions, browsers' cookies, tools' tokens."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """SHA-256 in hexadecimal, as secrets are stored (they have 256 random bits, so no slow hash is needed)."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
