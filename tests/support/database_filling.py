"""Fills a database as after years of use, in seconds: one example row that the service wrote, copied by SQL.

A copy's number is `i`: what tells rows apart is an expression of it, the same wherever one row refers to another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import NullPool, Table, create_engine, text
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database

ROWS = 20_000  # PostgreSQL reads so many from one end to the other only where no index helps
_SCATTERED = "i * 2654435761 % 4294967296"  # each i gives another; neighbours lie apart, as random ids do


# Foreign keys come last: they need the unique indexes of what they refer to.
_INDEXES = text(
    "SELECT format('DROP INDEX %I', indexname), indexdef FROM pg_indexes WHERE schemaname = 'public' "
    "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
)
_TRIGGERS = text(
    "SELECT DISTINCT format('ALTER TABLE %s DISABLE TRIGGER USER', tgrelid::regclass), "
    "format('ALTER TABLE %s ENABLE TRIGGER USER', tgrelid::regclass) FROM pg_trigger WHERE NOT tgisinternal"
)
_FOREIGN_KEYS = text(
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), "
    "format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) "
    "FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
)


@contextmanager
def fast_filling(db: Database) -> Iterator[Session]:
    """A transaction for `insert_copies`, without time limits.

    On PostgreSQL, indexes and foreign keys are dropped while it lasts and created again at its end, as when a dump is
    loaded: a million rows take minutes instead of hours. No trigger runs: what triggers keep has to be given.
    """
    if db.engine.dialect.name != "postgresql":
        with db.operation() as session:
            yield session
        return
    options = {"options": "-c timezone=UTC -c maintenance_work_mem=256MB"}
    engine = create_engine(db.engine.url, poolclass=NullPool, connect_args=options)
    with Session(engine) as session, session.begin():
        dropped = [*session.execute(_TRIGGERS), *session.execute(_INDEXES), *session.execute(_FOREIGN_KEYS)]
        for drop, _ in reversed(dropped):
            session.connection().exec_driver_sql(drop)
        yield session
        for _, create in dropped:
            session.connection().exec_driver_sql(create)


def identifier(db: Database) -> str:
    """The expression of an id of 32 digits, as scattered as those of `new_id`."""
    if db.engine.dialect.name == "postgresql":
        return f"rpad(lpad(to_hex({_SCATTERED}), 8, '0'), 32, '0')"
    return f"printf('%08x%024d', {_SCATTERED}, 0)"


def numbered(i: str = "i") -> str:
    return f"'{'x' * 20}-' || {i}"


def insert_copies(
    session: Session, table: Any, *alike: str, rows: int = ROWS, example: str = "", first: int = 1, **given: str
) -> None:
    """`rows` copies of a row of that table, the one of which the condition `example` is true if it is given.

    The columns `given` have these expressions of `i`, from `first` on; those `alike` tell rows apart, the same way in
    all tables. A serial key is left to the database where it is not given.
    """
    if rows < 1:
        return
    columns = [column.name for column in table.columns if column.name in given or not _is_serial(table, column.name)]
    values = [given.get(name, numbered() if name in alike else f"example.{name}") for name in columns]
    example_row = f"SELECT * FROM {table.name} {f'WHERE {example}' if example else ''} LIMIT 1"
    session.execute(
        text(
            "WITH RECURSIVE numbers (i) AS "
            f"(SELECT CAST({first} AS BIGINT) UNION ALL SELECT i + 1 FROM numbers WHERE i < {first + rows - 1}) "
            f"INSERT INTO {table.name} ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM numbers CROSS JOIN ({example_row}) AS example"
        )
    )


def analyse(db: Database, *tables: str) -> None:
    """PostgreSQL looks at its tables by itself, some time later; SQLite never does. All tables, where none is named."""
    if db.engine.dialect.name == "postgresql":
        address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET default_statistics_target = 1000")  # of all rows: the same plans each time
            connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))


def _is_serial(table: Table, name: str) -> bool:
    column = table.autoincrement_column
    return column is not None and column.name == name
