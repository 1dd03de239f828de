"""Query plans: which statements were executed, and which of them read whole tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from services.chassis.database.transactions import Database

Statement = tuple[str, Any]


@contextmanager
def recorded_statements(db: Database) -> Iterator[list[Statement]]:
    executed: list[Statement] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        executed.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def query_plan(connection: Connection, sql: str, values: Any) -> str:
    how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row) for row in connection.exec_driver_sql(f"{how} {sql}", values).all())
