"""Who has a file looked at next: few at once, a short line for the others, one at a time for each owner."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class LineFull(Exception):
    """Too many wait already, or one has waited for too long."""


@dataclass(eq=False)
class _Ticket:
    owner: str


class Turns:
    """Turns are given in the order of asking, but an owner who has his turn waits for its end: others come before."""

    def __init__(self, at_once: int, *, line: int, patience: float) -> None:
        """At most `at_once` have their turn and `line` wait, each at most `patience` seconds."""
        self._at_once, self._line, self._patience = at_once, line, patience
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._served: list[str] = []

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    @contextmanager
    def turn(self, owner: str) -> Iterator[None]:
        """Wait for a turn and have it during the block. Raises LineFull."""
        self._begin(_Ticket(owner))
        try:
            yield
        finally:
            with self._changed:
                self._served.remove(owner)
                self._changed.notify_all()

    def _begin(self, ticket: _Ticket) -> None:
        with self._changed:
            if len(self._waiting) >= self._line:
                raise LineFull
            self._waiting.append(ticket)
            try:
                if not self._changed.wait_for(lambda: self._next() is ticket, self._patience):
                    raise LineFull
                self._served.append(ticket.owner)
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        if len(self._served) >= self._at_once:
            return None
        return next((ticket for ticket in self._waiting if ticket.owner not in self._served), None)
