"""Whose password is hashed next: sources take turns, so that whoever asks for much keeps no other from his turn."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.chassis.errors import Unavailable
from services.chassis.process.capacity import QUEUE_SECONDS, RETRY_AFTER

BUSY = "Trop de personnes s'identifient en ce moment : réessayez dans quelques secondes."


@dataclass(eq=False)
class _Ticket:
    source: str
    since: int = 0
    """How many turns there had been when it came."""
    sent_away: bool = False


class HashingLine:
    """So many hash at once, and others wait, `places` in all. Next is the source with fewest turns under way whose last
    is longest ago; who has had none counts from when he came, else ever new sources would keep a school from its turn.

    In a full line the source with most places leaves one to whoever has fewer; a school alone may have them all.
    """

    def __init__(self, at_once: int, places: int) -> None:
        self.at_once = at_once
        self._places = max(places, at_once)
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._hashing: list[str] = []
        self._turns = 0
        self._last_turn: dict[str, int] = {}

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @contextmanager
    def turn(self, source: str) -> Iterator[None]:
        """Wait for a turn and have it during the block. Raises Unavailable."""
        self._begin(_Ticket(source))
        try:
            yield
        finally:
            with self._changed:
                self._hashing.remove(source)
                self._forget_those_who_are_gone()
                self._changed.notify_all()

    def _begin(self, ticket: _Ticket) -> None:
        with self._changed:
            if len(self._hashing) + len(self._waiting) >= self._places:
                self._make_room_for(ticket)
            ticket.since = self._turns
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: ticket.sent_away or self._next() is ticket, QUEUE_SECONDS)
                if self._next() is not ticket:
                    raise _busy()
                self._turns += 1
                self._last_turn[ticket.source] = self._turns
                self._hashing.append(ticket.source)
            finally:
                if not ticket.sent_away:
                    self._waiting.remove(ticket)
                self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        if len(self._hashing) >= self.at_once:
            return None
        hashing, last = Counter(self._hashing), self._last_turn

        def rank(ticket: _Ticket) -> tuple[int, int, bool]:
            return hashing[ticket.source], last.get(ticket.source, ticket.since), ticket.source in last

        return min(self._waiting, key=rank, default=None)

    def _make_room_for(self, ticket: _Ticket) -> None:
        places = Counter(other.source for other in self._waiting)
        [(source, most)] = places.most_common(1) or [("", 0)]
        if most <= places[ticket.source] + 1:
            raise _busy()
        last = next(other for other in reversed(self._waiting) if other.source == source)
        last.sent_away = True
        self._waiting.remove(last)
        self._changed.notify_all()

    def _forget_those_who_are_gone(self) -> None:
        here = {*self._hashing, *(ticket.source for ticket in self._waiting)}
        self._last_turn = {source: turn for source, turn in self._last_turn.items() if source in here}


def _busy() -> Unavailable:
    return Unavailable(BUSY, retry_after=RETRY_AFTER)
