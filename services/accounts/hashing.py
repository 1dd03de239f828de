"""Passwords at rest: argon2id. A check costs the same whether or not there is an account.

Hashing is the one thing that strangers can have done at will and that costs: it has its own small queue.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.accounts.domain.passwords import normalised
from services.accounts.hashing_line import HashingLine
from services.chassis.process.capacity import threads


class Passwords:
    """Hashes and checks; parameters are read from each hash, so they can be raised over time.

    As many at once as there are processors (argon2 leaves Python's lock), a quarter of the threads with those who wait.
    Raises Unavailable beyond.
    """

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._hasher.hash("personne n'a ce mot de passe")
        places = threads() // 4
        self._line = HashingLine(max(1, min(len(os.sched_getaffinity(0)), places * 3 // 4)), places)
        self._turn = threading.local()

    @property
    def at_once(self) -> int:
        """How many turns there are."""
        return self._line.at_once

    @contextmanager
    def turn(self, source: str = "") -> Iterator[None]:
        """A turn at hashing, for all that the block hashes; `source`: who asks, where that is known.

        Raises Unavailable.
        """
        if getattr(self._turn, "taken", False):
            yield
            return
        with self._line.turn(source):
            self._turn.taken = True
            try:
                yield
            finally:
                self._turn.taken = False

    def hash(self, password: str, *, salt: bytes | None = None) -> str:
        """With a random salt unless one is given. Raises Unavailable."""
        with self.turn():
            return self._hasher.hash(_bytes(password), salt=salt)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; None (no such account) takes as long and is False."""
        try:
            with self.turn():
                self._hasher.verify(password_hash or self._nobody, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return normalised(password).encode("utf-8", "replace")
