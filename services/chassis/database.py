"""The database of a service: SQLite or PostgreSQL behind one way to write and one way to read.

`operation()` is the only way to write: one transaction, BEGIN IMMEDIATE on SQLite (a deferred one fails when it turns
into a writer). `reading()` is deferred and refuses writes (immediate everywhere would starve reads).
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, event, text
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_SECONDS = 15
# PostgreSQL's classes of conditions that pass: connection, resources, shutdown, disk; lock not available, deadlock.
_AWAY_STATES = ("08", "53", "57P", "58", "55P03", "40P01")
_AWAY_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR")
# A server that vanished without a word (power, network) is given up within a minute instead of the kernel's 15.
_GONE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}


def new_id() -> str:
    """32 hexadecimal digits, random: ids are never guessable nor ordered."""
    return uuid.uuid4().hex


class UtcDateTime(TypeDecorator[datetime]):
    """Aware instants, stored in UTC. SQLite drops time zones on reading, so they are put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database(SQLAlchemy):
    """Flask-SQLAlchemy with named constraints and the two kinds of transactions."""

    def __init__(self) -> None:
        class Base(DeclarativeBase):
            metadata = MetaData(naming_convention=NAMES)

        super().__init__(model_class=Base)

    def connect(self, app: Flask, database_url: str) -> None:
        """Bind to `database_url` within `app`; SQLite files get WAL, foreign keys and a busy timeout."""
        url = make_url(database_url)
        app.config["SQLALCHEMY_DATABASE_URI"] = url
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url)
        self.init_app(app)
        with app.app_context():
            if url.get_backend_name() == "sqlite":
                _tune_sqlite(self.engine)

    @contextmanager
    def operation(self) -> Iterator[Session]:
        """One write transaction: committed at the end, rolled back on any error. Operations do not nest."""
        with self._transaction({"portail_begin": "IMMEDIATE"}) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One read-only transaction; the database itself refuses writes in it."""
        with self._transaction({"portail_begin": "DEFERRED", "portail_read_only": True}) as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SET TRANSACTION READ ONLY"))
            yield session

    def check(self) -> str | None:
        """For readiness: None, or a short reason."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception as error:
            return type(error).__name__
        return None

    @contextmanager
    def _transaction(self, options: Mapping[str, Any]) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options=dict(options))
            yield session


def is_away(error: SQLAlchemyError) -> bool:
    """Whether the database could not serve at the moment, rather than was asked for something wrong."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", "").startswith(_AWAY_SQLITE)
    state = getattr(cause, "sqlstate", None)
    return error.connection_invalidated or state is None or state.startswith(_AWAY_STATES)


def _engine_options(url: URL) -> dict[str, Any]:
    shared = {"hide_parameters": True}  # what people typed stays out of error messages and so of logs
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        return {**shared, "connect_args": {"timeout": BUSY_SECONDS}, "pool_size": 20, "max_overflow": 60}
    return {
        **shared,
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 30,
        "connect_args": {"connect_timeout": 5, "options": "-c timezone=utc -c lock_timeout=10000", **_GONE},
    }


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we emit BEGIN ourselves
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # what was acknowledged survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA query_only={int(options.get('portail_read_only', False))}")
        connection.exec_driver_sql(f"BEGIN {options.get('portail_begin', 'DEFERRED')}")

    @event.listens_for(engine, "checkin")
    def on_checkin(connection: Any, record: Any) -> None:
        # A refused COMMIT leaves SQLite's transaction open, with its lock; SQLAlchemy takes it for ended.
        if connection is not None and connection.in_transaction:
            connection.rollback()
