"""How alembic reaches a service's database, by the application's own engine and metadata, and steps without locks.

Each migration is a transaction, or, where it would hold a full table up, several steps: begun again, it goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from alembic import context, op
from sqlalchemy import Connection, text


def run(db: Any) -> None:
    """What a service's migrations/env.py calls, with its Flask-SQLAlchemy."""
    with db.engine.connect() as connection, _references_unchecked(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadatas[None],
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


@contextmanager
def _references_unchecked(connection: Connection) -> Iterator[None]:
    """SQLite changes a column by making its table anew; dropping the old one would delete the rows that refer to it.

    The switch works outside a transaction alone, hence beside SQLAlchemy. Raises RuntimeError when references are
    broken afterwards.
    """
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"references broken by a migration: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


@contextmanager
def step_by_step() -> Iterator[None]:
    """Each statement of the block stands by itself: on PostgreSQL nobody waits for more than one of them."""
    with op.get_context().autocommit_block() if is_postgresql() else nullcontext():
        yield


def create_index(name: str, table: str, columns: Sequence[str], where: str | None = None, **postgresql: Any) -> None:
    """An index of a table that may be full: others go on reading and writing it meanwhile.

    Made anew where it is there: a step that was cut short leaves an index that nobody uses. Within `step_by_step`.
    """
    drop_index(name)
    only: dict[str, Any] = {} if where is None else {"sqlite_where": text(where), "postgresql_where": text(where)}
    op.create_index(name, table, columns, postgresql_concurrently=True, **only, **postgresql)


def drop_index(name: str) -> None:
    """Of a table that may be full. Within `step_by_step`."""
    op.execute(f"DROP INDEX {'CONCURRENTLY ' if is_postgresql() else ''}IF EXISTS {name}")
