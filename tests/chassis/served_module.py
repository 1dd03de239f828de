"""A module that serves itself, by the server that every web process uses, in a process of its
own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port, is_listening
from tests.support.processes import Daemon, PrivateFolder

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class ServedModule:
    """`folder` is where it runs."""

    port: int
    daemon: Daemon
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, unless it runs."""
        self.daemon.start(lambda: is_listening(self.port))


@contextmanager
def served(module: str, *arguments: str, **environment: str) -> Iterator[ServedModule]:
    """`python -m module arguments`, listening for the time of the block."""
    port = free_port()
    folder = PrivateFolder("served")
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "BIND": f"127.0.0.1:{port}",
        **environment,
    }
    daemon = Daemon(module, [sys.executable, "-m", module, *arguments], folder, env)
    running = ServedModule(port, daemon, folder.path)
    try:
        running.start()
        yield running
    finally:
        daemon.stop()
        folder.remove()
