"""Concurrency limits of a web process, and time limits of each role: the table in docs/operations.md.

Of its THREADS, three quarters may use the database or wait for a connection, and a quarter may do expensive work
(hashing, calls of the store). If one of these hangs or is overloaded, the other threads still answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from services.chassis.errors import Unavailable
from services.chassis.process.pools import Places, count_refusal, show_pool

REFUSAL = "Le portail ne peut pas répondre pour le moment."
RETRY_AFTER = 5  # seconds
QUEUE_SECONDS = 2.0
STOP_SECONDS = 25
"""What a request or a handler under way has to finish, once its process is to stop."""


class TimeLimits(NamedTuple):
    """Timeouts in seconds: a connection or its ping, a statement, a lock, an idle transaction, a call of the store."""

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
    """To be called once, before the process creates its application; the default is WORK."""
    global _limits
    _limits = limits


def time_limits() -> TimeLimits:
    """The time limits of this process's role."""
    return _limits


def thread_count() -> int:
    """How many requests this process answers concurrently: THREADS."""
    return int(os.environ.get("THREADS", "64"))


class Limit:
    """Limits concurrent work to `places`. Three quarters of them, `max_running` at most, run; the others wait for
    QUEUE_SECONDS. Further requests are refused at once, with the French sentence `refusal`. `name`: of the pool, in
    metrics, which show those that run and those that wait."""

    def __init__(self, name: str, places: int, max_running: int, refusal: str = REFUSAL) -> None:
        self.running = max(1, min(max_running, places * 3 // 4))
        self._running = Places(self.running)
        self._present = Places(max(places, self.running))
        self._name, self._refusal = name, refusal
        show_pool(name, self._present.size, self._present.taken)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place during the block. Raises Unavailable if there is none."""
        with self._acquired(self._present, 0), self._acquired(self._running, QUEUE_SECONDS):
            yield

    @contextmanager
    def _acquired(self, semaphore: Places, seconds: float) -> Iterator[None]:
        if not semaphore.acquire(timeout=seconds):
            count_refusal(self._name)
            raise Unavailable(self._refusal, retry_after=RETRY_AFTER)
        try:
            yield
        finally:
            semaphore.release()
