"""Runs alembic with the application's engine and metadata, waits until that is done, and offers
short columns and steps that do not lock full tables: a migration is one transaction, or consists of
such steps, which a second run resumes."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypedDict, cast

import structlog
from alembic import context, op
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Connection, Index, TextClause, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from services.chassis.database.availability import is_database_unavailable
from services.chassis.process.logs import reason_of

PAUSE_SECONDS = 1.0

log = structlog.get_logger()

ColumnType = TypeEngine[Any]
"""Of a column that may hold anything."""


def run(db: SQLAlchemy) -> None:
    """Run alembic; called by a service's migrations/env.py with its Flask-SQLAlchemy."""
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
    """Switch foreign keys off: SQLite changes a column by recreating its table, and dropping the
    old table would delete the rows that refer to it.

    SQLite accepts the switch only outside a transaction, so it bypasses SQLAlchemy. Raises
    RuntimeError if references are broken afterwards.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"references broken by a migration: {broken[:5]}")
    finally:
        connection.rollback()  # of the look at the revision, where there was nothing to do
        driver.execute("PRAGMA foreign_keys=ON")


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


@contextmanager
def step_by_step() -> Iterator[None]:
    """Run each statement of the block in a transaction of its own: on PostgreSQL others wait for
    one at most.

    What the migration does before the block is committed by it, and done again by a second run:
    tables and columns come after it, or look whether they are there.
    """
    with op.get_context().autocommit_block() if is_postgresql() else nullcontext():
        yield


def keys(**types: ColumnType) -> list[SchemaItem]:
    """Return the columns of a primary key, each by its name."""
    return [Column(name, kind, primary_key=True) for name, kind in types.items()]


def required(**types: ColumnType) -> list[SchemaItem]:
    """Return columns that are never null, each by its name."""
    return [Column(name, kind, nullable=False) for name, kind in types.items()]


def optional(**types: ColumnType) -> list[SchemaItem]:
    """Return columns that may be null, each by its name."""
    return [Column(name, kind) for name, kind in types.items()]


def indexed(name: str, kind: ColumnType) -> SchemaItem:
    """Return a column that is never null, with an index of its own."""
    return Column(name, kind, nullable=False, index=True)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index of the rows for which a condition holds."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


class IndexedRows(TypedDict):
    """The rows that an index of a migration holds, as options of it."""

    sqlite_where: TextClause
    postgresql_where: TextClause


def where(condition: str) -> IndexedRows:
    """Return the options of a migration's index of the rows for which a condition holds."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def create_index(
    name: str,
    table: str,
    columns: Sequence[str | TextClause],
    *,
    unique: bool = False,
    sqlite_where: TextClause | None = None,
    postgresql_where: TextClause | None = None,
) -> None:
    """Create an index while others read and write the table, which may be full. Called within
    `step_by_step`.

    An existing index of that name is recreated: an interrupted step leaves an invalid one.
    """
    drop_index(name)
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sqlite_where,
        postgresql_where=postgresql_where,
        postgresql_concurrently=True,
    )


def drop_index(name: str) -> None:
    """Drop an index of a table that may be full. Called within `step_by_step`."""
    op.execute(f"DROP INDEX {'CONCURRENTLY ' if is_postgresql() else ''}IF EXISTS {name}")


def wait_until_migrated(app: Flask, pause: float = PAUSE_SECONDS) -> None:
    """Return once `is_migrated`; a database that does not answer is asked again every `pause`
    seconds."""
    while True:
        try:
            if is_migrated(app):
                return
            log.info("migrations_awaited")
        except SQLAlchemyError as error:
            if not is_database_unavailable(error):
                raise
            log.info("database_away", reason=reason_of(error))
        time.sleep(pause)


def is_migrated(app: Flask) -> bool:
    """Return whether no migration of this code is left to be run. A revision that it does not know
    is a later one's: after a step back the code runs on the tables of the version after it."""
    scripts = ScriptDirectory(Path(app.root_path) / "migrations")
    with app.app_context(), app.extensions["sqlalchemy"].engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    return revision is not None and (
        revision == scripts.get_current_head() or revision not in known
    )


def create_trigger(name: str, moment: str, change: str) -> None:
    """Create a trigger that runs a statement, `change`, for each row. `moment` says when: « AFTER
    INSERT ON pieces »."""
    if not is_postgresql():
        op.execute(f"CREATE TRIGGER {name} {moment} BEGIN {change}; END")
        return
    body = f"BEGIN {change}; RETURN NULL; END"
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    )
    op.execute(f"CREATE OR REPLACE TRIGGER {name} {moment} FOR EACH ROW EXECUTE FUNCTION {name}()")


def refuse_to_erase_all() -> None:
    """Raise RuntimeError, as the downgrade of a first revision does."""
    raise RuntimeError(
        "the first revision is not undone: that would erase all that the service holds"
    )
