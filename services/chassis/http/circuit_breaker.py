"""Limits concurrent calls to a service, or to the object store, and refuses calls while it does not answer.

A service that accepts connections and stays silent would block all threads of its callers: the number of concurrent
calls is limited, and after FAILURES_IN_A_ROW only one call in RESET_SECONDS is admitted, as a trial. The caller decides
what counts as a failure.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from services.chassis.errors import Unavailable
from services.chassis.process.capacity import Places, count_refusal, show_pool

FAILURES_IN_A_ROW = 3
RESET_SECONDS = 2.0

_OPEN = Gauge("service_breaker_open", "1 while calls to it are refused, since it does not answer", ("called",))


class CircuitBreaker:
    """Of one service, or of the store. `at_once`: the limit of concurrent calls; a further call waits for a place for
    `queue_seconds` at most, and only while calls do not fail. `unavailable` creates the error for a refused call."""

    def __init__(self, name: str, at_once: int, queue_seconds: float, unavailable: Callable[[], Unavailable]) -> None:
        self._queue_seconds = queue_seconds
        self._unavailable = unavailable
        self._places = Places(at_once)
        self._pool = f"calls_to_{name}"
        show_pool(self._pool, at_once, self._places.taken)
        self._lock = threading.Lock()
        self._failures = 0
        self._next_trial = float("-inf")
        self._gauge = _OPEN.labels(name)
        self._gauge.set(0)

    @contextmanager
    def place(self, seconds: float) -> Iterator[None]:
        """Hold a place during the block. Raises Unavailable if none is free within `seconds`, or while calls fail."""
        self._check()
        wait = 0.0 if self._failures else max(0.0, min(seconds, self._queue_seconds))
        if not self._places.acquire(timeout=wait):
            count_refusal(self._pool)
            raise self._unavailable()
        try:
            yield
        finally:
            self._places.release()

    def record_answer(self) -> None:
        if self._failures:
            self._failures = 0
            self._gauge.set(0)

    def record_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                self._next_trial = time.monotonic() + RESET_SECONDS
                self._gauge.set(1)

    def _check(self) -> None:
        """Raises Unavailable while calls fail, but for a trial."""
        if self._failures < FAILURES_IN_A_ROW:
            return
        with self._lock:
            if time.monotonic() < self._next_trial:
                raise self._unavailable()
            self._next_trial = time.monotonic() + RESET_SECONDS
