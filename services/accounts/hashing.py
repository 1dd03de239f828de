"""Passwords at rest: argon2id. A check costs the same whether or not there is an account."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.accounts.domain.passwords import normalised


class Passwords:
    """Hashes and checks; parameters are read from each hash, so they can be raised over time."""

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._hasher.hash("personne n'a ce mot de passe")

    def hash(self, password: str, *, salt: bytes | None = None) -> str:
        """With a random salt unless one is given."""
        return self._hasher.hash(_bytes(password), salt=salt)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; None (no such account) takes as long and is False."""
        try:
            self._hasher.verify(password_hash or self._nobody, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return normalised(password).encode("utf-8", "replace")
