"""Waits until a database may hold new work, at little cost while it holds none.

SQLite counts the commits to a file, and asking for that number reads a few bytes of shared memory. PostgreSQL is asked
for the work itself, less often.
"""

import sqlite3
import threading
import time
from typing import Protocol

LOOK_SECONDS = 0.2
LONGEST_SECONDS = 4.0
"""Longest wait without a commit: a retry, or a lease that has expired, becomes due by time alone."""
PERIOD_SECONDS = 0.25


class Changes(Protocol):
    """Used by one thread: call `mark`, look for work, and call `wait` if there was none."""

    def mark(self) -> None:
        """Start to count commits."""

    def wait(self, stop: threading.Event) -> None:
        """Return after a commit since the mark, when `stop` is set, or after LONGEST_SECONDS."""

    def close(self) -> None: ...


class FileChanges:
    """Of a SQLite file. The connection stays open: when the last one closes, SQLite deletes and recreates its log."""

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
        """None if the file cannot be read: the query for work then raises the reason."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None


class PeriodicChanges:
    """Of a database server, which is queried again every PERIOD_SECONDS."""

    def mark(self) -> None:
        pass

    def wait(self, stop: threading.Event) -> None:
        stop.wait(PERIOD_SECONDS)

    def close(self) -> None:
        pass
