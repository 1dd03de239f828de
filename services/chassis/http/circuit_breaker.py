"""Refuses calls to a service, or to the object store, while it does not answer: after
FAILURES_IN_A_ROW one call in RESET_SECONDS is admitted, as a trial."""

import threading
import time
from collections.abc import Callable

from prometheus_client import Gauge

FAILURES_IN_A_ROW = 3
RESET_SECONDS = 2.0

_OPEN = Gauge(
    "service_breaker_open", "1 while calls to it are refused, since it does not answer", ("called",)
)


class CircuitBreaker:
    """Refuses calls to `name` while it does not answer. `refusal` creates the error of one."""

    def __init__(self, name: str, refusal: Callable[[], Exception]) -> None:
        self._refusal = refusal
        self._lock = threading.Lock()
        self._failures = 0
        self._next_trial = float("-inf")
        self._gauge = _OPEN.labels(name)
        self._gauge.set(0)

    @property
    def is_failing(self) -> bool:
        """Return whether the last call failed."""
        return self._failures > 0

    def check(self) -> None:
        """Raise the refusal while calls fail, but for a trial. Called before each call."""
        if self._failures < FAILURES_IN_A_ROW:
            return
        with self._lock:
            if time.monotonic() < self._next_trial:
                raise self._refusal()
            self._next_trial = time.monotonic() + RESET_SECONDS

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
