"""How alembic reaches a service's database: the application's own engine and metadata, one transaction in all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection


def run(db: Any) -> None:
    """What a service's migrations/env.py calls, with its Flask-SQLAlchemy."""
    with db.engine.connect() as connection, _references_unchecked(connection):
        context.configure(
            connection=connection, target_metadata=db.metadatas[None], render_as_batch=True, compare_type=True
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
