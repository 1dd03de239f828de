"""Hashes of stored passwords (argon2id). A check takes the same time whether or not there is an account.

Hashing is the only expensive work that anonymous visitors can trigger: it has a separate small queue, fair
between sources: one source with many requests does not delay the others.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher as Argon2Hasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.accounts.domain.passwords import normalised
from services.chassis.errors import Unavailable
from services.chassis.process.capacity import QUEUE_SECONDS, RETRY_AFTER, count_refusal, show_pool, thread_count

BUSY = "Trop de personnes s'identifient en ce moment : réessayez dans quelques secondes."
POOL = "password_hashing"


class PasswordHasher:
    """Hashes and verifies passwords; parameters are read from each hash, so they can be raised over time.

    At most as many hashes run at once as there are processors (argon2 releases Python's lock); running and waiting
    requests together take at most a quarter of the process's threads. Beyond that, Unavailable is raised.
    """

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._argon2 = Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._hash_without_account = self._argon2.hash("personne n'a ce mot de passe")
        places = thread_count() // 4
        self._queue = HashingQueue(max(1, min(len(os.sched_getaffinity(0)), places * 3 // 4)), places)
        self._this_thread = threading.local()

    @property
    def at_once(self) -> int:
        """How many hashes may run at once."""
        return self._queue.at_once

    @contextmanager
    def turn(self, source: str = "") -> Iterator[None]:
        """One turn in the queue for everything that the block hashes; nested calls in one thread share it.

        `source` is the visitor's address, where it is known. Raises Unavailable.
        """
        if getattr(self._this_thread, "has_turn", False):
            yield
            return
        with self._queue.turn(source):
            self._this_thread.has_turn = True
            try:
                yield
            finally:
                self._this_thread.has_turn = False

    def hash(self, password: str, *, salt: bytes | None = None) -> str:
        """The argon2 hash, with a random salt unless one is given. Raises Unavailable."""
        with self.turn():
            return self._argon2.hash(_bytes(password), salt=salt)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` has this hash; without one (no such account, no password chosen yet) it takes as long and
        is False. Raises Unavailable."""
        try:
            with self.turn():
                self._argon2.verify(password_hash or self._hash_without_account, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than those in force."""
        return self._argon2.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return normalised(password).encode("utf-8", "replace")


@dataclass(eq=False)
class _Ticket:
    """A waiting request."""

    source: str
    turns_before: int = 0
    """How many turns had begun when it joined the queue."""
    is_evicted: bool = False


class HashingQueue:
    """At most `at_once` turns run at a time; running and waiting requests together are at most `places`.

    Next is the source with the fewest running turns whose last turn is the longest ago. A source without an earlier
    turn counts from its arrival: otherwise a stream of new sources would delay a school (one address, many
    candidates). When the queue is full, the source with the most places loses one to a source that has fewer; a single
    source may have them all.
    """

    def __init__(self, at_once: int, places: int) -> None:
        self.at_once = at_once
        self._places = max(places, at_once)
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._running_sources: list[str] = []
        self._turns_begun = 0
        self._last_turn: dict[str, int] = {}
        show_pool(POOL, self._places, lambda: len(self._running_sources) + len(self._waiting))

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self, source: str) -> Iterator[None]:
        """Wait for a turn and hold it during the block. Raises Unavailable when the queue is full or too slow."""
        self._begin_turn(_Ticket(source))
        try:
            yield
        finally:
            with self._changed:
                self._running_sources.remove(source)
                self._forget_absent_sources()
                self._changed.notify_all()

    def _begin_turn(self, ticket: _Ticket) -> None:
        with self._changed:
            if len(self._running_sources) + len(self._waiting) >= self._places:
                self._evict_for(ticket)
            ticket.turns_before = self._turns_begun
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: ticket.is_evicted or self._next() is ticket, QUEUE_SECONDS)
                if self._next() is not ticket:
                    raise _busy_error()
                self._turns_begun += 1
                self._last_turn[ticket.source] = self._turns_begun
                self._running_sources.append(ticket.source)
            finally:
                if not ticket.is_evicted:
                    self._waiting.remove(ticket)
                self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        """The request whose turn may begin now; None while all turns are taken or nobody waits."""
        if len(self._running_sources) >= self.at_once:
            return None
        running, last_turn = Counter(self._running_sources), self._last_turn

        def rank(ticket: _Ticket) -> tuple[int, int, bool]:
            source = ticket.source
            return running[source], last_turn.get(source, ticket.turns_before), source in last_turn

        return min(self._waiting, key=rank, default=None)

    def _evict_for(self, ticket: _Ticket) -> None:
        """Remove the newest request of the source with the most waiting ones. Raises Unavailable where `ticket`'s own
        source would then have as many."""
        waiting_by_source = Counter(other.source for other in self._waiting)
        [(largest_source, most)] = waiting_by_source.most_common(1) or [("", 0)]
        if most <= waiting_by_source[ticket.source] + 1:
            raise _busy_error()
        evicted = next(other for other in reversed(self._waiting) if other.source == largest_source)
        evicted.is_evicted = True
        self._waiting.remove(evicted)
        self._changed.notify_all()

    def _forget_absent_sources(self) -> None:
        present = {*self._running_sources, *(ticket.source for ticket in self._waiting)}
        self._last_turn = {source: turn for source, turn in self._last_turn.items() if source in present}


def _busy_error() -> Unavailable:
    count_refusal(POOL)
    return Unavailable(BUSY, retry_after=RETRY_AFTER)
