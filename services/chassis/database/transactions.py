"""The database of a service: SQLite or PostgreSQL behind one way to write, `operation()` (on SQLite
BEGIN IMMEDIATE: a deferred one fails when it turns into a writer), and one way to read,
`reading()`."""

import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, CheckConstraint, DateTime, Engine, MetaData, event, text
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from services.chassis.errors import Unavailable
from services.chassis.process.capacity import RETRY_AFTER, WEB, Limit, thread_count, time_limits

log = structlog.get_logger()

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_SECONDS = 15
_EXPORT_MAY_IDLE = (
    "SET LOCAL idle_in_transaction_session_timeout = '60s'"  # it may be received slowly
)
EXPORTS_AT_ONCE = 2  # one who takes two files, one after the other, gets both
# Transient conditions of PostgreSQL: connection, resources, shutdown, disk; timeouts (of a
# statement, a lock, an idle transaction), deadlock.
_TOO_LONG = "57014"
_AWAY_STATES = ("08", "53", "57P", "58", _TOO_LONG, "55P03", "25P03", "40P01")
_AWAY_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR")
# A server that vanished without closing (power, network) is given up within a minute instead of the
# kernel's 15.
_GONE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
MAX_CONNECTIONS = 40
_STAFF_BUSY = "Trop de recherches sont en cours : réessayez dans un instant."
_STAFF_TOO_LONG = "Cette recherche prend trop de temps : précisez vos critères."
_EXPORTS_BUSY = "D'autres exports sont en cours : réessayez dans un instant."

Stored = TypeVar("Stored")


def new_id() -> str:
    """32 hexadecimal digits, random: ids are never guessable nor ordered."""
    return uuid.uuid4().hex


class UtcDateTime(TypeDecorator[datetime]):
    """Aware instants, stored in UTC. SQLite drops time zones on reading, so they are put back
    here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class DataclassJson(TypeDecorator[Stored], Generic[Stored]):
    """A dataclass in one column. A field with a default is added without a migration; unknown ones
    are passed over."""

    impl = JSON
    cache_ok = True

    def __init__(self, stored: type[Stored]) -> None:
        super().__init__()
        self.stored = stored

    def process_bind_param(self, value: Stored | None, dialect: Dialect) -> Any:
        return msgspec.to_builtins(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Stored | None:
        return None if value is None else msgspec.convert(value, self.stored)


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
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url, ping=not pooled)
        self.init_app(app)
        on_sqlite = url.get_backend_name() == "sqlite"
        with app.app_context():
            (_tune_sqlite if on_sqlite else _bound_waits_for_postgresql)(self.engine)
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
            if getattr(error.orig, "sqlstate", None) == _TOO_LONG:
                raise Unavailable(_STAFF_TOO_LONG, retry_after=RETRY_AFTER) from error
            raise

    def forget_what_was_erased(self) -> None:
        """Have what was deleted leave SQLite's files: its log, and its pages, where rows that moved
        to another leave a copy that `secure_delete` does not know. While others write, it stays
        there until the next time."""
        if self.engine.dialect.name == "sqlite":
            with self._turn(), self.engine.connect() as connection:
                with connection.begin():  # it may have been one that only reads
                    driver: Any = connection.connection.dbapi_connection
                driver.execute("PRAGMA busy_timeout=500")  # writers of other processes wait as long
                try:
                    driver.execute("VACUUM")
                    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                except sqlite3.OperationalError as error:  # locked, or no room on the disk
                    log.warning("erased_stays_in_file", reason=str(error))
                finally:
                    driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    def check(self) -> str | None:
        """For readiness: None if the database answers, else a short reason."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception as error:
            return type(error).__name__
        return None

    @contextmanager
    def _transaction(self, options: Mapping[str, Any]) -> Iterator[Session]:
        with self._at_once(), Session(self.engine, expire_on_commit=False) as transaction:
            transaction.connection(execution_options=dict(options))
            yield transaction


def is_database_unavailable(error: SQLAlchemyError) -> bool:
    """Whether the database cannot serve at the moment (True), or the request was wrong (False)."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout)
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", "").startswith(_AWAY_SQLITE)
    if state := getattr(cause, "sqlstate", None):
        return error.connection_invalidated or state.startswith(_AWAY_STATES)
    return isinstance(error, OperationalError | InterfaceError)


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


def _engine_options(url: URL, *, ping: bool = True) -> dict[str, Any]:
    shared = {
        "hide_parameters": True
    }  # what people typed stays out of error messages and so of logs
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        return {
            **shared,
            "connect_args": {"timeout": BUSY_SECONDS},
            "pool_size": 20,
            "max_overflow": 60,
        }
    # Probes need connections besides the requests within the limit.
    pool = {"pool_pre_ping": ping, "pool_size": 10, "max_overflow": MAX_CONNECTIONS - 8}
    limits = time_limits()
    options = (
        f"-c timezone=UTC -c statement_timeout={limits.statement}s -c lock_timeout={limits.lock}s"
    )
    options += f" -c idle_in_transaction_session_timeout={limits.idle}s"
    options += (
        " -c jit=off"  # what counts thousands of rows would be compiled for longer than it runs
    )
    return {
        **shared,
        **pool,
        "connect_args": {"connect_timeout": limits.connect, "options": options, **_GONE},
    }


def _bound_waits_for_postgresql(engine: Engine) -> None:
    from services.chassis.database.postgres_connection import (
        PostgresConnection,
    )  # 10 MB that SQLite has no use for

    event.listen(
        engine, "do_connect", lambda _, __, args, named: PostgresConnection.connect(*args, **named)
    )


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we emit BEGIN ourselves
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # what was acknowledged survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        options = connection.get_execution_options()
        only_reads = options.get("portail_read_only", False)
        if (
            connection.info.get("only_reads") is not only_reads
        ):  # setting it again makes SQLite parse statements anew
            connection.exec_driver_sql(f"PRAGMA query_only={int(only_reads)}")
            connection.info["only_reads"] = only_reads
        connection.exec_driver_sql(f"BEGIN {options.get('portail_begin', 'DEFERRED')}")

    @event.listens_for(engine, "checkin")
    def on_checkin(connection: Any, record: Any) -> None:
        # A refused COMMIT leaves SQLite's transaction open, with its lock, although SQLAlchemy
        # considers it ended.
        if connection is not None and connection.in_transaction:
            connection.rollback()


def known_values(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of the values, or nothing: constraint `<column>_known`."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({quoted})", name=f"{column}_known")
