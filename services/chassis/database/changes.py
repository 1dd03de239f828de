"""Waiting until there may be work in a database, at little cost while there is none.

SQLite counts the commits to a file, and asking for that number reads a few bytes of shared memory. PostgreSQL is asked
for the work itself, less often.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import Protocol

LOOK_SECONDS = 0.2
LONGEST_SECONDS = 4.0
"""What becomes due by time alone (a retry, a lease that ended) is nobody's commit."""
PERIOD_SECONDS = 0.25


class Changes(Protocol):
    """Used by one thread: `mark`, look for work, and where there was none `wait`."""

    def mark(self) -> None:
        """From here on commits count."""

    def wait(self, stop: threading.Event) -> None:
        """Until someone has committed since the mark, until `stop`, or until it is time to look anyway."""

    def close(self) -> None: ...


class FileChanges:
    """Of a SQLite file. Its connection stays open: with the last one, SQLite removes its log and writes it anew."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._marked: int | None = None

    def mark(self) -> None:
        self._marked = self._version()

    def wait(self, stop: threading.Event) -> None:
        until = time.monotonic() + LONGEST_SECONDS
        while self._version() == self._marked and time.monotonic() < until:
            if stop.wait(LOOK_SECONDS):
                return

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _version(self) -> int | None:
        """None where the file cannot be read: who looks for work will say why."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None


class Periodic:
    """Of a server that is asked again and again."""

    def mark(self) -> None:
        pass

    def wait(self, stop: threading.Event) -> None:
        stop.wait(PERIOD_SECONDS)

    def close(self) -> None:
        pass
