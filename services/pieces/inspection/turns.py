"""Who has a file looked at next: few at once, a short line for the others, one at a time for each owner.

Whoever's file has broken a limit stands back for an hour: many who send such files together would else hold every turn
and the whole line, for as long as they like.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

STANDING_BACK = 3600.0  # seconds


class LineFull(Exception):
    """Too many wait already, or one has waited for too long."""


@dataclass(eq=False)
class _Ticket:
    owner: str
    sent_away: bool = False


class Turns:
    """Turns are given in the order of asking, but an owner who has his turn waits for its end, and for another's turn
    after it: others come before.

    Who stands back comes after all others, leaves his place in a full line to them, and never has the last free turn.
    """

    def __init__(self, at_once: int, *, line: int, patience: float) -> None:
        """At most `at_once` have their turn and `line` wait, each at most `patience` seconds."""
        self._at_once, self._line, self._patience = at_once, line, patience
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._served: list[str] = []
        self._last: str | None = None
        self._back_until: dict[str, float] = {}

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    @contextmanager
    def turn(self, owner: str, patience: float | None = None) -> Iterator[None]:
        """Wait for a turn, `patience` seconds at most, and have it during the block. Raises LineFull."""
        self._begin(_Ticket(owner), self._patience if patience is None else patience)
        try:
            yield
        finally:
            with self._changed:
                self._served.remove(owner)
                self._last = owner
                self._changed.notify_all()

    def stand_back(self, owner: str) -> None:
        """A file of his has broken a limit."""
        now = time.monotonic()
        with self._changed:
            self._back_until = {name: until for name, until in self._back_until.items() if until > now}
            self._back_until[owner] = now + STANDING_BACK

    def _begin(self, ticket: _Ticket, patience: float) -> None:
        with self._changed:
            if len(self._waiting) >= self._line:
                self._make_room_for(ticket)
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: ticket.sent_away or self._next() is ticket, patience)
                if self._next() is not ticket:
                    raise LineFull
                self._served.append(ticket.owner)
            finally:
                if not ticket.sent_away:
                    self._waiting.remove(ticket)
                self._changed.notify_all()

    def _make_room_for(self, ticket: _Ticket) -> None:
        last = next((other for other in reversed(self._waiting) if self._stands_back(other.owner)), None)
        if last is None or self._stands_back(ticket.owner):
            raise LineFull
        last.sent_away = True
        self._waiting.remove(last)
        self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        free = self._at_once - len(self._served)
        waiting = [ticket for ticket in self._waiting if ticket.owner not in self._served]
        if free == 0 or not waiting:
            return None
        waiting.sort(key=lambda ticket: ticket.owner == self._last)
        first = next((ticket for ticket in waiting if not self._stands_back(ticket.owner)), None)
        if first is None and (free > 1 or self._at_once == 1):
            return waiting[0]
        return first

    def _stands_back(self, owner: str) -> bool:
        return self._back_until.get(owner, 0.0) > time.monotonic()
