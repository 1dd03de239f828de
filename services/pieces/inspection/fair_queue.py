"""A queue for inspections: few at once, a bounded number that waits, one at a time for each owner.

An owner whose file has broken a limit is demoted for a while: many who send such files together could else occupy every
turn and the whole queue for as long as they like.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.chassis.process.capacity import count_refusal, show_pool

DEMOTION_SECONDS = 3600.0


class QueueFull(Exception):
    """Too many wait already, or this one has waited for too long."""


@dataclass(eq=False)
class _Ticket:
    owner: str
    evicted: bool = False


class FairQueue:
    """Turns are given in the order of asking, but each owner has one turn at a time, and after it lets another owner's
    turn pass first.

    A demoted owner comes after all others, gives way to them in a full queue, and never has the last free turn.
    """

    def __init__(
        self, name: str, at_once: int, *, max_waiting: int, max_wait: float, max_waiting_of_owner: int | None = None
    ) -> None:
        """At most `at_once` have a turn and `max_waiting` wait, each at most `max_wait` seconds; of one owner
        `max_waiting_of_owner` (None: as many as of all). `name`: of the pool, in metrics."""
        self._at_once, self._max_waiting, self._max_wait = at_once, max_waiting, max_wait
        self._max_waiting_of_owner = max_waiting if max_waiting_of_owner is None else max_waiting_of_owner
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._running_owners: list[str] = []
        self._last_owner: str | None = None
        self._demoted_until: dict[str, float] = {}
        self._name = name
        show_pool(name, at_once + max_waiting, lambda: len(self._running_owners) + len(self._waiting))

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self, owner: str, max_wait: float | None = None) -> Iterator[None]:
        """Wait for a turn, at most `max_wait` seconds, and have it during the block. Raises QueueFull.

        Who says for how long to wait can do without: only others count as refused in metrics.
        """
        try:
            self._acquire(_Ticket(owner), self._max_wait if max_wait is None else max_wait)
        except QueueFull:
            if max_wait is None:
                count_refusal(self._name)
            raise
        try:
            yield
        finally:
            with self._changed:
                self._running_owners.remove(owner)
                self._last_owner = owner
                self._changed.notify_all()

    def demote(self, owner: str) -> None:
        """To be called where the owner's file has broken a limit; lasts DEMOTION_SECONDS."""
        now = time.monotonic()
        with self._changed:
            self._demoted_until = {name: until for name, until in self._demoted_until.items() if until > now}
            self._demoted_until[owner] = now + DEMOTION_SECONDS

    def _acquire(self, ticket: _Ticket, max_wait: float) -> None:
        with self._changed:
            if sum(other.owner == ticket.owner for other in self._waiting) >= self._max_waiting_of_owner:
                raise QueueFull
            if len(self._waiting) >= self._max_waiting:
                self._evict_for(ticket)
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: ticket.evicted or self._next_ticket() is ticket, max_wait)
                if self._next_ticket() is not ticket:
                    raise QueueFull
                self._running_owners.append(ticket.owner)
            finally:
                if not ticket.evicted:
                    self._waiting.remove(ticket)
                self._changed.notify_all()

    def _evict_for(self, ticket: _Ticket) -> None:
        """Send away the demoted owner who came last, for an owner who is not demoted. Raises QueueFull."""
        demoted = next((other for other in reversed(self._waiting) if self._is_demoted(other.owner)), None)
        if demoted is None or self._is_demoted(ticket.owner):
            raise QueueFull
        demoted.evicted = True
        self._waiting.remove(demoted)
        self._changed.notify_all()

    def _next_ticket(self) -> _Ticket | None:
        free = self._at_once - len(self._running_owners)
        waiting = [ticket for ticket in self._waiting if ticket.owner not in self._running_owners]
        if free == 0 or not waiting:
            return None
        waiting.sort(key=lambda ticket: ticket.owner == self._last_owner)
        first = next((ticket for ticket in waiting if not self._is_demoted(ticket.owner)), None)
        if first is None and (free > 1 or self._at_once == 1):
            return waiting[0]
        return first

    def _is_demoted(self, owner: str) -> bool:
        return self._demoted_until.get(owner, 0.0) > time.monotonic()
