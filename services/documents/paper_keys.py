"""The keys that sign what papers say, Ed25519: the first signs, all are published, and so are those
of old."""

import hashlib
from typing import Any

from services.chassis.signing_keys import jwks_of, load_keys, load_public_keys
from services.documents.domain.proofs import Facts, Proof


class PaperKeys:
    def __init__(self, keys: str, old_public_keys: str) -> None:
        """Both as PEM. Raises SigningKeyError."""
        private = load_keys(keys)
        self._key = private[0]
        self._public = [*(key.public_key() for key in private), *load_public_keys(old_public_keys)]

    def proof_of(self, facts: Facts) -> Proof:
        """The same for the same facts, as long as the key is."""
        return Proof.of(facts, self._key.sign(facts.to_bytes()))

    def jwks(self) -> dict[str, Any]:
        return jwks_of(self._public)

    def trace_of(self, source: str) -> str:
        """A network address as it is counted: who reads the database cannot tell which it was."""
        return hashlib.blake2b(
            source.encode(), key=self._key.private_bytes_raw(), digest_size=32
        ).hexdigest()
