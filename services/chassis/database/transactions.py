"""The database of a service: SQLite or PostgreSQL behind one way to write, `operation()` (on SQLite
BEGIN IMMEDIATE: a deferred one fails when it turns into a writer), and one way to read,
`reading()`."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from threading import Lock
from typing import cast

import structlog
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from services.chassis.database.availability import took_too_long
from services.chassis.database.columns import NAMES
from services.chassis.database.engines import (
    BUSY_SECONDS,
    MAX_CONNECTIONS,
    bound_waits_for_postgresql,
    engine_options,
    tune_sqlite,
)
from services.chassis.errors import Unavailable
from services.chassis.process.capacity import thread_count
from services.chassis.process.places import RETRY_AFTER, Limit
from services.chassis.process.time_limits import WEB, time_limits

log = structlog.get_logger()

_EXPORT_MAY_IDLE = (
    "SET LOCAL idle_in_transaction_session_timeout = '60s'"  # it may be received slowly
)
EXPORTS_AT_ONCE = 2  # one who takes two files, one after the other, gets both
_STAFF_BUSY = "Trop de recherches sont en cours : réessayez dans un instant."
_STAFF_TOO_LONG = "Cette recherche prend trop de temps : précisez vos critères."
_EXPORTS_BUSY = "D'autres exports sont en cours : réessayez dans un instant."


class Database(SQLAlchemy):
    """Flask-SQLAlchemy with named constraints and the two kinds of transactions."""

    def __init__(self) -> None:
        class Base(DeclarativeBase):
            metadata = MetaData(naming_convention=NAMES)

        super().__init__(model_class=Base)
        self._at_once: Callable[[], AbstractContextManager[None]] = nullcontext
        self._turn: Callable[[], AbstractContextManager[None]] = nullcontext

    def connect(self, app: Flask, database_url: str, *, pooled: bool = False) -> None:
        """Bind to `database_url` within `app`; SQLite files get WAL, foreign keys and a busy
        timeout.

        `pooled` connections are not pinged before use: a pooler without a free connection would
        delay the ping, and this process would discard all of its connections.
        """
        url = make_url(database_url)
        app.config["SQLALCHEMY_DATABASE_URI"] = url
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url, ping=not pooled)
        self.init_app(app)
        on_sqlite = url.get_backend_name() == "sqlite"
        with app.app_context():
            (tune_sqlite if on_sqlite else bound_waits_for_postgresql)(self.engine)
        self._turn = partial(_turn, Lock()) if on_sqlite else nullcontext
        threads = thread_count() * 3 // 4
        running = max(1, min(MAX_CONNECTIONS, threads * 3 // 4))
        at_once = Limit("database", running, max(0, threads - running))
        self._at_once = nullcontext if on_sqlite or time_limits() is not WEB else at_once.place
        for_staff = max(1, running * 3 // 8)
        self._of_staff = Limit(
            "database_for_staff", for_staff, max(0, running // 2 - for_staff), refusal=_STAFF_BUSY
        )
        self._exports = Limit("exports", EXPORTS_AT_ONCE, refusal=_EXPORTS_BUSY)

    @contextmanager
    def operation(self) -> Iterator[Session]:
        """One write transaction: committed at the end, rolled back on any error. Operations do not
        nest."""
        with self._turn(), self._transaction({"portail_begin": "IMMEDIATE"}) as transaction:
            yield transaction
            transaction.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One read-only transaction; the database itself refuses writes in it."""
        only_reads = {"portail_read_only": True, "postgresql_readonly": True}
        with self._transaction({"portail_begin": "DEFERRED", **only_reads}) as transaction:
            yield transaction

    @contextmanager
    def reading_for_staff(self, *, export: bool = False) -> Iterator[Session]:
        """`reading()` for lists and searches, of which few run at once, or for an export
        (`yield_per`), of which EXPORTS_AT_ONCE do.

        Raises Unavailable beyond these limits, and when a statement takes too long.
        """
        try:
            with (
                (self._exports if export else self._of_staff).place(),
                self.reading() as transaction,
            ):
                if transaction.get_bind().dialect.name == "postgresql":
                    # The best plan depends on the values: a rare name or a common one, a rare
                    # status or a common one.
                    transaction.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
                    if export:
                        transaction.execute(text(_EXPORT_MAY_IDLE))
                yield transaction
        except OperationalError as error:
            if took_too_long(error):
                raise Unavailable(_STAFF_TOO_LONG, retry_after=RETRY_AFTER) from error
            raise

    def forget_what_was_erased(self) -> None:
        """Have what was deleted leave SQLite's files: its log, and its pages, where rows that moved
        to another leave a copy that `secure_delete` does not know. While others write, it stays
        there until the next time."""
        if self.engine.dialect.name == "sqlite":
            with self._turn(), self.engine.connect() as connection:
                with connection.begin():  # it may have been one that only reads
                    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
                driver.execute("PRAGMA busy_timeout=500")  # writers of other processes wait as long
                try:
                    driver.execute("VACUUM")
                    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                except sqlite3.OperationalError as error:  # locked, or no room on the disk
                    log.warning("erased_stays_in_file", reason=str(error))
                finally:
                    driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    def check(self) -> str | None:
        """Return None if the database answers, else a short reason, for readiness."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception as error:
            return type(error).__name__
        return None

    @contextmanager
    def _transaction(self, options: Mapping[str, object]) -> Iterator[Session]:
        with self._at_once(), Session(self.engine, expire_on_commit=False) as transaction:
            transaction.connection(execution_options=dict(options))
            yield transaction


@contextmanager
def _turn(writer: Lock) -> Iterator[None]:
    """One writer of this process at a time. SQLite admits one writer and lets the others poll, so
    that some of many wait for seconds; the lock `writer` wakes the next at once. Raises PoolTimeout
    after BUSY_SECONDS."""
    if not writer.acquire(timeout=BUSY_SECONDS):
        raise PoolTimeout("other writers took too long")
    try:
        yield
    finally:
        writer.release()
