"""Jobs that a clock starts. Each takes a lease row, so that of several workers one runs it, once per period."""

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
    """A service's jobs. They run in an application context, each in its own thread, and must bear running twice."""

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


def stopping() -> bool:
    """For a job that works in pages: whether to return after this one, its worker being told to stop or its lease lost.

    A job that was answered True counts as not done: it is due at once, and another worker begins it anew. Asked in the
    job's own thread; outside a worker always False.
    """
    asked = _asked_to_stop.get()
    return asked is not None and asked()


@contextmanager
def answering_stopping(asked_to_stop: Callable[[], bool]) -> Iterator[None]:
    """While the block runs, `stopping()` answers what `asked_to_stop` does."""
    token = _asked_to_stop.set(asked_to_stop)
    try:
        yield
    finally:
        _asked_to_stop.reset(token)
