"""A server's own process, also suspended (SIGSTOP), so that it hangs: its connections stay open, nothing answers."""

import contextlib
import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager

from tests.support.ports import is_listening
from tests.support.processes import Daemon, family


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


class OwnServer:
    """What stops, starts again with what it held, and can be made to hang."""

    port: int
    _daemon: Daemon

    def is_ready(self) -> bool:
        return is_listening(self.port)

    def start(self) -> None:
        self._daemon.start(self.is_ready)

    def stop(self) -> None:
        self._daemon.stop()

    def hanging(self) -> AbstractContextManager[None]:
        """While the block runs it takes connections and answers nothing, as a stopped machine does."""
        return suspended(self._daemon.pid)

    @property
    def pid(self) -> int:
        return self._daemon.pid


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
