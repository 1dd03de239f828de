"""How a job hears that it should stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_asked_to_stop: ContextVar[Callable[[], bool]] = ContextVar("asked_to_stop", default=lambda: False)


def stopping() -> bool:
    """Return whether a job should end after this page, since its worker stops or its lease is lost.
    Another worker then starts it again. Always False outside a worker."""
    return _asked_to_stop.get()()


@contextmanager
def stopping_answered_by(asked_to_stop: Callable[[], bool]) -> Iterator[None]:
    """While the block runs, `stopping()` returns what `asked_to_stop` returns."""
    token = _asked_to_stop.set(asked_to_stop)
    try:
        yield
    finally:
        _asked_to_stop.reset(token)
