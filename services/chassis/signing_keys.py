"""Ed25519 keys that sign for the portal: read from PEM, published as a JWKS (RFC 7517)."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PEM_BLOCK = re.compile(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----", re.DOTALL)


class SigningKeyError(ValueError):
    """A key cannot be read."""


def load_keys(pem: str) -> list[Ed25519PrivateKey]:
    """The private keys in `pem`, in their order, whose line breaks may be written as \\n. Raises
    SigningKeyError."""
    load = partial(serialization.load_pem_private_key, password=None)
    return [_loaded(block, load, Ed25519PrivateKey, "private") for block in _blocks(pem) or [pem]]


def load_public_keys(pem: str) -> list[Ed25519PublicKey]:
    """The public keys in `pem`, none in an empty text. Raises SigningKeyError."""
    blocks = _blocks(pem) or ([pem] if pem.strip() else [])
    return [
        _loaded(block, serialization.load_pem_public_key, Ed25519PublicKey, "public")
        for block in blocks
    ]


def _blocks(pem: str) -> list[str]:
    return _PEM_BLOCK.findall(pem.replace("\\n", "\n"))


def _loaded(block: str, load: Callable[[bytes], Any], kind: Any, words: str) -> Any:
    try:
        key = load(block.encode())
    except (ValueError, TypeError) as error:
        raise SigningKeyError(f"an Ed25519 {words} key in PEM is expected") from error
    if not isinstance(key, kind):
        raise SigningKeyError(f"an Ed25519 {words} key is expected, this is of another kind")
    return key


def jwks_of(keys: Iterable[Ed25519PublicKey]) -> dict[str, Any]:
    """What is published of them."""
    return {
        "keys": [
            {**_jwk(key), "kid": thumbprint(key), "use": "sig", "alg": "EdDSA"} for key in keys
        ]
    }


def thumbprint(key: Ed25519PublicKey) -> str:
    """By which a key is named (RFC 7638)."""
    canonical = json.dumps(_jwk(key), separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(canonical.encode()).digest())


def base64url(raw: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _jwk(key: Ed25519PublicKey) -> dict[str, str]:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url(raw)}
