"""Suspends a server (SIGSTOP) so that it hangs: its connections stay open and nothing answers."""

import contextlib
import os
import signal
from collections.abc import Iterator

from tests.support.processes import family


@contextlib.contextmanager
def suspended(pid: int) -> Iterator[None]:
    """The process and all its descendants are stopped (SIGSTOP) while the block runs."""
    os.kill(pid, signal.SIGSTOP)  # first, so that it has no more children
    members = list(family(pid))
    try:
        for member in members:
            _signal(member, signal.SIGSTOP)
        yield
    finally:
        for member in reversed(members):
            _signal(member, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
