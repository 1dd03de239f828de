"""How much a web process does at once, and how long each role waits for its servers: the table of docs/operations.md.

Of its THREADS, three quarters may be at the database, at work or waiting for a connection, and a quarter in what costs
much (hashing, calls of the store). Whichever hangs or is flooded, the others answer all else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import NamedTuple

from services.chassis.errors import Unavailable

REFUSAL = "Le portail ne peut pas répondre pour le moment."
RETRY_AFTER = 5  # seconds
QUEUE_SECONDS = 2.0
STOP_SECONDS = 25
"""What a request or a handler under way has to finish, once its process is to stop."""


class TimeLimits(NamedTuple):
    """Seconds for a connection or its ping, a statement, a lock, an idle transaction, and a call of the store."""

    connect: int
    statement: int
    lock: int
    idle: int
    store: float


WEB = TimeLimits(connect=3, statement=10, lock=5, idle=15, store=8)
WORK = TimeLimits(connect=5, statement=300, lock=10, idle=300, store=120)
MIGRATION = WORK._replace(statement=3600, idle=3600)
_limits = WORK


def set_role(limits: TimeLimits) -> None:
    """To be called once, before the process creates its application; without it the limits are those of WORK."""
    global _limits
    _limits = limits


def time_limits() -> TimeLimits:
    """Those of this process's role."""
    return _limits


def thread_count() -> int:
    """How many requests this process has in hand at once: THREADS."""
    return int(os.environ.get("THREADS", "64"))


class Limit:
    """Of `places`, three quarters and at most `most` run; the others wait QUEUE_SECONDS; who comes then is refused."""

    def __init__(self, places: int, most: int, refusal: str = REFUSAL) -> None:
        self.running = max(1, min(most, places * 3 // 4))
        self._running = BoundedSemaphore(self.running)
        self._present = BoundedSemaphore(max(places, self.running))
        self._refusal = refusal

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises Unavailable."""
        with self._acquired(self._present, 0), self._acquired(self._running, QUEUE_SECONDS):
            yield

    @contextmanager
    def _acquired(self, semaphore: BoundedSemaphore, seconds: float) -> Iterator[None]:
        if not semaphore.acquire(timeout=seconds):
            raise Unavailable(self._refusal, retry_after=RETRY_AFTER)
        try:
            yield
        finally:
            semaphore.release()
