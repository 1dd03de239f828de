"""How connections of SQLite and PostgreSQL are made and tuned."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
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


def engine_options(url: URL, *, ping: bool = True) -> dict[str, Any]:
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


def bound_waits_for_postgresql(engine: Engine) -> None:
    from services.chassis.database.postgres_connection import (
        PostgresConnection,
    )  # 10 MB that SQLite has no use for

    event.listen(
        engine, "do_connect", lambda _, __, args, named: PostgresConnection.connect(*args, **named)
    )


def tune_sqlite(engine: Engine) -> None:
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
