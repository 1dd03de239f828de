"""Hashes of stored passwords (argon2id). A check takes the same time whether or not there is an
account. It is the only expensive work that anonymous visitors can trigger: it has a `Limit` of its
own, in which sources take turns."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from argon2 import PasswordHasher as Argon2Hasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.accounts.domain.passwords import normalised
from services.chassis.errors import Unavailable
from services.chassis.process.capacity import thread_count
from services.chassis.process.places import RETRY_AFTER, Limit

NO_PASSWORD = ""
"""Stored while the person has not chosen one: no password matches it."""
BUSY = (
    "Trop de personnes s'identifient ou créent un compte en ce moment : rien n'a été vérifié ni "
    "enregistré."
)


class _ThisThread(threading.local):
    """A thread's own notes: whether it has a turn in the queue."""

    has_turn = False


class PasswordHasher:
    """Parameters are read from each hash, so they can be raised over time. At most as many hashes
    run at once as there are processors (argon2 releases Python's lock); running and waiting
    requests together take at most a quarter of the process's threads. Beyond that, Unavailable is
    raised."""

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._argon2 = Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._hash_without_account = self._argon2.hash("personne n'a ce mot de passe")
        places = thread_count() // 4
        running = max(1, min(len(os.sched_getaffinity(0)), places * 3 // 4))
        busy = partial(Unavailable, BUSY, retry_after=RETRY_AFTER, nothing_done=True)
        self._limit = Limit("password_hashing", running, max(0, places - running), refusal=busy)
        self._this_thread = _ThisThread()

    @contextmanager
    def turn(self, source: str = "") -> Iterator[None]:
        """Take one turn in the queue for everything that the block hashes; nested calls in one
        thread share it. `source`: the visitor's address, where it is known. Raises Unavailable with
        `nothing_done`: whoever hashes asks for a turn before anything is stored."""
        if self._this_thread.has_turn:
            yield
            return
        with self._limit.place(source):
            self._this_thread.has_turn = True
            try:
                yield
            finally:
                self._this_thread.has_turn = False

    def hash(self, password: str, *, salt: bytes | None = None) -> str:
        """Return the argon2 hash, with a random salt unless one is given. Raises Unavailable."""
        with self.turn():
            return self._argon2.hash(_bytes(password), salt=salt)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether `password` has this hash; without one (no such account, no password chosen
        yet) that takes as long and is False. Raises Unavailable."""
        try:
            with self.turn():
                self._argon2.verify(password_hash or self._hash_without_account, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other parameters than those in force."""
        return self._argon2.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return normalised(password).encode("utf-8", "replace")
