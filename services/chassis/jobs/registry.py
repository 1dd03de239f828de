"""Registry of scheduled jobs. Each has a lease row, so that only one of several workers runs it, once per period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

_asked_to_stop: ContextVar[Callable[[], bool] | None] = ContextVar("asked_to_stop", default=None)


@dataclass(frozen=True)
class Job:
    name: str
    period: timedelta
    run: Callable[[], None]


class Jobs:
    """A service's jobs. They run in an application context, each in its own thread, and must be idempotent."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def every(
        self, *, name: str, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> Callable[[Callable[[], None]], Callable[[], None]]:
        """Run the function once per period, first when a worker starts."""

        def register(run: Callable[[], None]) -> Callable[[], None]:
            self._jobs[name] = Job(name, timedelta(hours=hours, minutes=minutes, seconds=seconds), run)
            return run

        return register

    def __getitem__(self, name: str) -> Job:
        return self._jobs[name]

    def names(self) -> list[str]:
        return list(self._jobs)

    def periods(self) -> dict[str, timedelta]:
        """By the job's name."""
        return {name: job.period for name, job in self._jobs.items()}


def stopping() -> bool:
    """To be called by a job after each page: True if it should return, since its worker stops or its lease is lost.

    A job that received True counts as not completed: it is due at once, and another worker starts it again. To be
    called in the job's own thread; always False outside a worker.
    """
    asked_to_stop = _asked_to_stop.get()
    return asked_to_stop is not None and asked_to_stop()


@contextmanager
def stopping_answered_by(asked_to_stop: Callable[[], bool]) -> Iterator[None]:
    """While the block runs, `stopping()` returns what `asked_to_stop` returns."""
    token = _asked_to_stop.set(asked_to_stop)
    try:
        yield
    finally:
        _asked_to_stop.reset(token)
