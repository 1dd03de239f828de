"""What jobs ask every minute is answered by an index, however many files there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, text

from services.chassis.events.tables import job_figures
from services.pieces.jobs import jobs
from services.pieces.models import Deposit, Piece, db
from tests.pieces.portal import Portal

ROWS = 100_000
WAITING = 40


@pytest.fixture
def full(portal: Portal) -> Portal:
    """A hundred thousand files, of which a few wait for the antivirus, a few failed and the rest is clean."""
    portal.registered().deposit("NATIDE06")
    state = f"CASE WHEN i <= {WAITING} THEN 'pending' WHEN i <= {2 * WAITING} THEN 'failed' ELSE 'clean' END"
    with portal.app.app_context():
        with db.operation() as session:
            session.execute(text(copies(Piece, id="substr(id, 1, 20) || '-' || i", code="'C' || i")))
            changes = {
                "id": "substr(id, 1, 20) || '-' || i",
                "piece_id": "substr(piece_id, 1, 20) || '-' || i",
                "object_key": "object_key || i",
            }
            session.execute(text(copies(Deposit, **changes, scan=state)))
        if db.engine.dialect.name == "postgresql":
            with db.operation() as session:
                session.execute(text("ANALYZE deposits"))
    return portal


def numbered(column: str) -> str:
    return f"substr({column}, 1, 20) || '-' || i"


def copies(table: type[Piece] | type[Deposit], **changes: str) -> str:
    """ROWS copies of the one row that has a file, with what is unique made so."""
    name = table.__tablename__
    columns = [column.name for column in table.__table__.columns]
    values = ", ".join(changes.get(column, column) for column in columns)
    source = "pieces WHERE id = (SELECT piece_id FROM deposits)" if name == "pieces" else "deposits"
    return (
        f"WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {ROWS}) "
        f"INSERT INTO {name} ({', '.join(columns)}) "
        f"SELECT {values} FROM (SELECT * FROM {source}) AS one CROSS JOIN numbers"
    )


@contextmanager
def questions() -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_counting_what_waits_for_the_antivirus_does_not_read_all_files(full: Portal) -> None:
    with full.app.app_context():
        with questions() as asked:
            jobs["count-scans"].run()
        about = [question for question in asked if "FROM deposits" in question[0]]
        how = "EXPLAIN" if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        with db.engine.connect() as connection:
            plans = [str(connection.exec_driver_sql(f"{how} {sql}", values).all()) for sql, values in about]
        with db.reading() as session:
            counted = dict(session.execute(select(job_figures.c.labels, job_figures.c.value)).tuples().all())
    assert plans
    for plan in plans:
        assert "Seq Scan" not in plan
        assert "SCAN deposits" not in plan
        assert "ix_deposits_scan" in plan
    assert counted == {'["pending"]': WAITING, '["failed"]': WAITING, '["infected"]': 0}
