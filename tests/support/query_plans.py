"""Query plans: which statements were executed, and which of them read whole tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, event

from services.chassis.database.transactions import Database

ROWS = 20_000  # PostgreSQL reads so many from one end to the other only where no index helps
Statement = tuple[str, Any]


@contextmanager
def recorded_statements(db: Database) -> Iterator[list[Statement]]:
    executed: list[Statement] = []

    def note(
        connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool
    ) -> None:
        executed.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def query_plan(connection: Connection, sql: str, values: Any) -> str:
    how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row) for row in connection.exec_driver_sql(f"{how} {sql}", values).all())


def analyse(db: Database, *tables: str) -> None:
    """PostgreSQL looks at its tables by itself, some time later; SQLite never does. All tables,
    where none is named."""
    if db.engine.dialect.name == "postgresql":
        address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SET default_statistics_target = 1000"
            )  # of all rows: the same plans each time
            connection.execute(
                sql.SQL("VACUUM ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables)))
            )
