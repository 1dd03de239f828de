"""The keys that sign what papers say, Ed25519: the first signs, all are published, and so are those
of old. From the first another key is derived, by which network addresses are counted."""

import hashlib
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chassis.signing_keys import jwks_of, load_keys, load_public_keys
from services.documents.domain.proofs import Facts, Proof

_TRACES = b"portail-candidat documents: traces of network addresses"
"""What the key of traces is for: another label gives another key."""


class PaperKeys:
    def __init__(self, keys: str, old_public_keys: str) -> None:
        """Load both kinds of keys, which are PEM. Raises SigningKeyError."""
        private = load_keys(keys)
        self._key = private[0]
        raw = self._key.private_bytes_raw()
        self._trace_key = HKDF(SHA256(), length=32, salt=None, info=_TRACES).derive(raw)
        self._public = [*(key.public_key() for key in private), *load_public_keys(old_public_keys)]

    def proof_of(self, facts: Facts) -> Proof:
        """Sign facts; the proof is the same for the same facts, as long as the key is."""
        return Proof.of(facts, self._key.sign(facts.to_bytes()))

    def jwks(self) -> dict[str, Any]:
        return jwks_of(self._public)

    def trace_of(self, source: str) -> str:
        """Return how a network address is counted, of which the database says nothing more.

        The key is derived from the one that signs, which does nothing else.
        """
        return _digest(source, self._trace_key)

    def former_trace_of(self, source: str) -> str:
        """Return how the version before counted a network address.

        Read for the hour that its counters last; the next release drops it.
        """
        return _digest(source, self._key.private_bytes_raw())


def _digest(source: str, key: bytes) -> str:
    return hashlib.blake2b(source.encode(), key=key, digest_size=32).hexdigest()
