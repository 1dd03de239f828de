"""The queue for password hashing, fair between sources: one source with many requests does not delay the others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.chassis.errors import Unavailable
from services.chassis.process.capacity import QUEUE_SECONDS, RETRY_AFTER, count_refusal, show_pool

BUSY = "Trop de personnes s'identifient en ce moment : réessayez dans quelques secondes."

POOL = "password_hashing"


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
