"""The embedded queue: one SQLite file shared by the workers of a machine, behind the broker's interface.

A message is one row per consuming queue. A worker claims a row for the time of a lease, under an id of its own start.
Only the standard library is used: the file is nobody's database.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from services.chassis.database.changes import FileChanges
from services.chassis.events.broker import (
    BrokerUnavailable,
    Handle,
    OnIteration,
    Retry,
    TakeParked,
    Unroutable,
    do_nothing,
)
from services.chassis.events.envelope import Envelope
from services.chassis.events.queue_depth import QueueDepth
from services.chassis.events.retry_policy import DELIVERY_LIMIT, UNSETTLED_SECONDS
from services.chassis.process import leases
from services.chassis.process.leases import renewing
from services.chassis.process.logs import frames_of, reason_of

log = structlog.get_logger()

SCHEMA = """
CREATE TABLE IF NOT EXISTS bindings (type TEXT NOT NULL, queue TEXT NOT NULL, PRIMARY KEY (type, queue));
CREATE TABLE IF NOT EXISTS delays (step INTEGER PRIMARY KEY, seconds REAL NOT NULL);
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
DUE = """
SELECT id FROM messages WHERE queue = ? AND available_at <= ? AND (claimed_by IS NULL OR claimed_at < ?)
ORDER BY available_at, id LIMIT 1
"""
CLAIM = """
UPDATE messages SET claimed_by = ?, claimed_at = ?, deliveries = deliveries + 1 WHERE id = (
    SELECT id FROM messages WHERE queue = ? AND available_at <= ? AND (claimed_by IS NULL OR claimed_at < ?)
    ORDER BY available_at, id LIMIT 1
) RETURNING id, body, attempt, deliveries
"""
READY = "SELECT count(*) FROM messages WHERE queue = ? AND available_at <= ? AND claimed_by IS NULL"
# A retry is a new message, as in RabbitMQ's delay queues: its deliveries are counted from 0.
GIVE_BACK = """
UPDATE messages SET claimed_by = NULL, available_at = ?, attempt = ?, deliveries = 0 WHERE id = ? AND claimed_by = ?
"""
BUSY_SECONDS = 15.0


@dataclass(frozen=True)
class _Claimed:
    id: int
    body: bytes
    attempt: int
    deliveries: int


class Unsettled:
    """Neither handled nor parked (the database is unavailable): requeued without counting an attempt."""


class EmbeddedBroker:
    """`path` is the SQLite file; its folder must exist."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._of_thread = threading.local()

    def declare(self, bindings: dict[str, tuple[str, ...]], retry_seconds: tuple[float, ...]) -> None:
        with contextlib.closing(self), self._write() as connection:
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute("DELETE FROM bindings")
            connection.execute("DELETE FROM delays")
            pairs = [(type, queue) for type, queues in bindings.items() for queue in queues]
            connection.executemany("INSERT INTO bindings VALUES (?, ?)", pairs)
            connection.executemany("INSERT INTO delays VALUES (?, ?)", list(enumerate(retry_seconds)))

    def publisher(self) -> EmbeddedPublisher:
        return EmbeddedPublisher(self)

    def put(self, envelope: Envelope) -> None:
        """One row for each queue bound to the type. Raises Unroutable."""
        now = time.time()
        with self._write() as connection:
            bound = connection.execute("SELECT queue FROM bindings WHERE type = ?", (envelope.type,)).fetchall()
            if not bound:
                raise Unroutable(envelope.type)
            rows = [(queue, envelope.to_json(), now) for (queue,) in bound]
            connection.executemany(
                "INSERT INTO messages (queue, body, attempt, available_at) VALUES (?, ?, 1, ?)", rows
            )

    def consume(
        self,
        queue: str,
        handle: Handle,
        take_parked: TakeParked,
        stop: threading.Event,
        on_iteration: OnIteration = do_nothing,
    ) -> None:
        worker = uuid.uuid4().hex
        depth = QueueDepth(queue, partial(self._count_ready, queue))
        with contextlib.closing(self), contextlib.closing(FileChanges(str(self._path))) as changes:
            while not stop.is_set():
                on_iteration()
                depth.measure()
                changes.mark()
                claimed = self._claim(queue, worker)
                if claimed is None:
                    changes.wait(stop)
                    continue
                with renewing(partial(self._renew, claimed, worker)):
                    outcome = self._outcome(claimed, handle, take_parked)
                self._settle(claimed, worker, outcome)

    def _outcome(self, claimed: _Claimed, handle: Handle, take_parked: TakeParked) -> Retry | Unsettled | None:
        try:
            if claimed.deliveries > DELIVERY_LIMIT:
                take_parked(claimed.body)
                return None
            return handle(claimed.body, claimed.attempt)
        except Exception as error:
            log.warning("delivery_unsettled", reason=reason_of(error), frames=frames_of(error))
            return Unsettled()

    def _count_ready(self, queue: str) -> int:
        """As a broker's: without those in hand, and without those that wait for their next try."""
        with self._read() as connection:
            return int(connection.execute(READY, (queue, time.time())).fetchone()[0])

    def _claim(self, queue: str, worker: str) -> _Claimed | None:
        now = time.time()
        values = (queue, now, now - leases.LEASE.total_seconds())
        with self._read() as connection:
            if connection.execute(DUE, values).fetchone() is None:
                return None
        with self._write() as connection:
            row = connection.execute(CLAIM, (worker, now, *values)).fetchone()
        return _Claimed(*row) if row else None

    def _renew(self, claimed: _Claimed, worker: str) -> bool:
        claim = (time.time(), claimed.id, worker)
        with contextlib.closing(self), self._write() as connection:  # in a thread of this renewal's own
            renewal = connection.execute("UPDATE messages SET claimed_at = ? WHERE id = ? AND claimed_by = ?", claim)
            return renewal.rowcount > 0

    def _settle(self, claimed: _Claimed, worker: str, outcome: Retry | Unsettled | None) -> None:
        """Delete or requeue the message, unless another worker has claimed it meanwhile; the inbox prevents a second
        effect."""
        claim = (claimed.id, worker)
        with self._write() as connection:
            if outcome is None:
                connection.execute("DELETE FROM messages WHERE id = ? AND claimed_by = ?", claim)
            elif isinstance(outcome, Unsettled):
                connection.execute(GIVE_BACK, (time.time() + UNSETTLED_SECONDS, claimed.attempt, *claim))
            else:
                delay = connection.execute("SELECT seconds FROM delays WHERE step = ?", (outcome.step,)).fetchone()
                available_at = time.time() + (delay[0] if delay else UNSETTLED_SECONDS)
                connection.execute(GIVE_BACK, (available_at, claimed.attempt + 1, *claim))

    @contextlib.contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            yield connection

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, closed on any error: closing without COMMIT rolls back. Raises BrokerUnavailable.

        It stays open between uses: SQLite rewrites its files whenever the last connection closes.
        """
        try:
            yield self._thread_connection()
        except sqlite3.Error as error:
            self.close()
            raise BrokerUnavailable(type(error).__name__) from error
        except BaseException:
            self.close()
            raise

    def _thread_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
            self._of_thread.connection = connection
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        self._of_thread.connection = None
        if connection is not None:
            connection.close()


class EmbeddedPublisher:
    def __init__(self, broker: EmbeddedBroker) -> None:
        self._broker = broker

    def publish(self, envelope: Envelope) -> None:
        self._broker.put(envelope)

    def keep_alive(self) -> None:
        """Nothing to do: a file needs no heartbeats."""

    def close(self) -> None:
        self._broker.close()
