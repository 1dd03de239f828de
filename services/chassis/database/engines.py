"""How connections of SQLite and PostgreSQL are made and tuned."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL

from services.chassis.process.time_limits import time_limits

BUSY_SECONDS = 15
# A server that vanished without closing (power, network) is given up within a minute instead of the
# kernel's 15.
_GONE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
MAX_CONNECTIONS = 40


class EngineOptions(TypedDict):
    """Options of SQLAlchemy's `create_engine`, by its names."""

    hide_parameters: bool
    """True: what people typed stays out of error messages and so of logs."""
    connect_args: dict[str, object]
    pool_size: int
    max_overflow: int
    pool_pre_ping: bool


def engine_options(url: URL, *, ping: bool = True) -> EngineOptions:
    """Return the options of the engine of this database, with connections enough for the threads of
    a process. `ping`: a connection is tried before it is used."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_options(url)
    return _postgresql_options(ping=ping)


def _sqlite_options(url: URL) -> EngineOptions:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return {
        "hide_parameters": True,
        "connect_args": {"timeout": BUSY_SECONDS},
        "pool_size": 20,
        "max_overflow": 60,
        "pool_pre_ping": False,
    }


def _postgresql_options(*, ping: bool) -> EngineOptions:
    limits = time_limits()
    server_settings = [
        "timezone=UTC",
        f"statement_timeout={limits.statement}s",
        f"lock_timeout={limits.lock}s",
        f"idle_in_transaction_session_timeout={limits.idle}s",
        "jit=off",  # what counts thousands of rows would be compiled for longer than it runs
    ]
    options = " ".join(f"-c {setting}" for setting in server_settings)
    return {
        "hide_parameters": True,
        "connect_args": {"connect_timeout": limits.connect, "options": options, **_GONE},
        "pool_size": 10,
        "max_overflow": MAX_CONNECTIONS - 8,  # probes need some besides the requests within it
        "pool_pre_ping": ping,
    }


def bound_waits_for_postgresql(engine: Engine) -> None:
    """Have the engine's connections end although the server has hung."""
    # Here, since it takes 10 MB that SQLite has no use for.
    from services.chassis.database.postgres_connection import PostgresConnection

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, args: Sequence[str], options: Mapping[str, Any]
    ) -> PostgresConnection:
        return PostgresConnection.connect(*args, **options)


def tune_sqlite(engine: Engine) -> None:
    """Set up the engine's connections: WAL, foreign keys, erased content that is overwritten, and
    the transactions of `Database`."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we emit BEGIN ourselves
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # what was acknowledged survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        only_reads = options.get("portail_read_only", False)
        # Setting it again would make SQLite parse statements anew.
        if connection.info.get("only_reads") is not only_reads:
            connection.exec_driver_sql(f"PRAGMA query_only={int(only_reads)}")
            connection.info["only_reads"] = only_reads
        connection.exec_driver_sql(f"BEGIN {options.get('portail_begin', 'DEFERRED')}")

    @event.listens_for(engine, "checkin")
    def on_checkin(connection: sqlite3.Connection | None, _record: object) -> None:
        # A refused COMMIT leaves SQLite's transaction open, with its lock, although SQLAlchemy
        # considers it ended.
        if connection is not None and connection.in_transaction:
            connection.rollback()
