"""Measures how many events wait in a service's queue of the broker, for the gauge `queue_waiting`."""

from __future__ import annotations

import time
from collections.abc import Callable

from services.chassis.events.metrics import QUEUED

PERIOD_SECONDS = 10.0


class QueueDepth:
    """`count` asks the broker for the number of events that nobody has in hand."""

    def __init__(self, queue: str, count: Callable[[], int]) -> None:
        self._gauge = QUEUED.labels(queue)
        self._count = count
        self._next_at = float("-inf")

    def measure(self) -> None:
        """To be called at each iteration of the consumer's loop; asks every PERIOD_SECONDS. Raises as `count` does."""
        now = time.monotonic()
        if now >= self._next_at:
            self._next_at = now + PERIOD_SECONDS
            self._gauge.set(self._count())
