"""What this process knows of a service, or of the store: how many calls are under way, and whether it answers at all.

One that accepts and stays silent would take its callers' threads with it: calls at once have a limit, and after a few
failures in a row only one call in RESET_SECONDS is let through, as a trial. What is a failure the caller says.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from services.chassis.errors import Unavailable

FAILURES_IN_A_ROW = 3
RESET_SECONDS = 2.0
LATELY_SECONDS = 1.0  # a service that answered within these is alive

_OPEN = Gauge("service_breaker_open", "1 while calls to it are refused, since it does not answer", ("called",))


class CircuitBreaker:
    """Of one service, or of the store. `at_once` calls may be under way; another waits for a place `queue_seconds` at
    most, and only while calls do not fail. `away` makes the error where there is none."""

    def __init__(self, name: str, at_once: int, queue_seconds: float, away: Callable[[], Unavailable]) -> None:
        self._queue_seconds = queue_seconds
        self._away = away
        self._places = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._failures = 0
        self._next_trial = float("-inf")
        self._answered_at = float("-inf")
        self._gauge = _OPEN.labels(name)
        self._gauge.set(0)

    @contextmanager
    def place(self, seconds: float) -> Iterator[bool]:
        """A place among the calls under way; True for a trial. Raises Unavailable where there is none in time."""
        is_trial = self._is_trial()
        wait = 0.0 if self._failures else max(0.0, min(seconds, self._queue_seconds))
        if not self._places.acquire(timeout=wait):
            raise self._away()
        try:
            yield is_trial
        finally:
            self._places.release()

    def is_lively(self) -> bool:
        """Whether it has just answered."""
        return not self._failures and time.monotonic() - self._answered_at < LATELY_SECONDS

    def answered(self) -> None:
        self._answered_at = time.monotonic()
        if self._failures:
            self._failures = 0
            self._gauge.set(0)

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                self._next_trial = time.monotonic() + RESET_SECONDS
                self._gauge.set(1)

    def _is_trial(self) -> bool:
        if self._failures < FAILURES_IN_A_ROW:
            return False
        with self._lock:
            if time.monotonic() < self._next_trial:
                raise self._away()
            self._next_trial = time.monotonic() + RESET_SECONDS
        return True
