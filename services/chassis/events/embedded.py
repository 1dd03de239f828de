"""The embedded queue: one SQLite file shared by the workers of a machine, behind the broker's
interface.

A message is one row per consuming queue. Nobody claims it: of two workers that take the same one,
the second finds its task written.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from services.chassis.events.broker import (
    LOOK_SECONDS,
    TAKEN_AT_ONCE,
    BrokerUnavailable,
    Hear,
    OnIteration,
    Unroutable,
)
from services.chassis.events.envelope import Envelope

# `available_at` orders. `attempt`, `deliveries` and `claimed_…` are idle: of the version before,
# which may come back to the same file.
SCHEMA = """
CREATE TABLE IF NOT EXISTS bindings (
    type TEXT NOT NULL,
    queue TEXT NOT NULL,
    PRIMARY KEY (type, queue)
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    available_at REAL NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 0,
    claimed_by TEXT,
    claimed_at REAL
);
CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, available_at, id);
"""
ADD = "INSERT INTO messages (queue, body, attempt, available_at) VALUES (?, ?, 1, ?)"
TAKE = "SELECT id, body FROM messages WHERE queue = ? ORDER BY available_at, id LIMIT ?"
BUSY_SECONDS = 15.0


class _OfThread(threading.local):
    connection: sqlite3.Connection | None = None


class EmbeddedBroker:
    """Carries events in the SQLite file at `path`; its folder must exist."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._of_thread = _OfThread()

    def declare(self, bindings: dict[str, tuple[str, ...]]) -> None:
        with contextlib.closing(self), self._write() as connection:
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute("DELETE FROM bindings")
            pairs = [(type, queue) for type, queues in bindings.items() for queue in queues]
            connection.executemany("INSERT INTO bindings VALUES (?, ?)", pairs)

    def publisher(self) -> EmbeddedBroker:
        return self

    def publish(self, envelope: Envelope) -> None:
        """Add a row for each queue bound to the type. Raises Unroutable."""
        with self._write() as connection:
            bound = connection.execute(
                "SELECT queue FROM bindings WHERE type = ?", (envelope.type,)
            ).fetchall()
            if not bound:
                raise Unroutable(envelope.type)
            rows = [(queue, envelope.to_json(), time.time()) for (queue,) in bound]
            connection.executemany(ADD, rows)

    def keep_alive(self) -> None:
        """Have what was taken leave the file and its log, which hold what messages say of
        people."""
        with self._connected() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def consume(
        self, queue: str, hear: Hear, stop: threading.Event, on_iteration: OnIteration
    ) -> None:
        with contextlib.closing(self):
            while not stop.is_set():
                on_iteration()
                with self._connected() as connection:
                    taken = connection.execute(TAKE, (queue, TAKEN_AT_ONCE)).fetchall()
                if not taken:
                    stop.wait(LOOK_SECONDS)
                    continue
                hear([bytes(body) for _, body in taken])
                with self._write() as connection:
                    connection.executemany(
                        "DELETE FROM messages WHERE id = ?", [(id,) for id, _ in taken]
                    )

    @contextlib.contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """Use this thread's connection, closed on any error: closing without COMMIT rolls back.
        Raises BrokerUnavailable.

        It stays open between uses: SQLite rewrites its files whenever the last connection closes.
        """
        try:
            yield self._thread_connection()
        except BaseException as error:
            self.close()
            if isinstance(error, sqlite3.Error):
                raise BrokerUnavailable(type(error).__name__) from error
            raise

    def _thread_connection(self) -> sqlite3.Connection:
        connection = self._of_thread.connection
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
            self._of_thread.connection = connection
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        connection = self._of_thread.connection
        self._of_thread.connection = None
        if connection is not None:
            connection.close()
