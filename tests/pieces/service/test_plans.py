"""What jobs ask every minute is answered by an index, however many files there are."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from services.chassis.events.tables import job_figures
from services.pieces.jobs import jobs
from services.pieces.models import Deposit, Piece, db
from tests.pieces.pieces_service import PiecesService
from tests.support.database_filling import ROWS, analyse
from tests.support.query_plans import query_plan, recorded_statements

WAITING = 40


@pytest.fixture
def full(service: PiecesService) -> PiecesService:
    """Twenty thousand files, of which a few wait for the antivirus, a few failed and the rest is clean."""
    service.registered().deposit("NATIDE06")
    scan_state = f"CASE WHEN i <= {WAITING} THEN 'pending' WHEN i <= {2 * WAITING} THEN 'failed' ELSE 'clean' END"
    with service.app.app_context():
        with db.operation() as session:
            session.execute(text(copies(Piece, id="substr(id, 1, 20) || '-' || i", code="'C' || i")))
            changes = {
                "id": "substr(id, 1, 20) || '-' || i",
                "piece_id": "substr(piece_id, 1, 20) || '-' || i",
                "object_key": "object_key || i",
            }
            session.execute(text(copies(Deposit, **changes, scan=scan_state)))
        analyse(db, "deposits")
    return service


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


def test_counting_what_waits_for_the_antivirus_does_not_read_all_files(full: PiecesService) -> None:
    with full.app.app_context():
        with recorded_statements(db) as asked:
            jobs["count-scans"].run()
        about = [question for question in asked if "FROM deposits" in question[0]]
        with db.engine.connect() as connection:
            plans = [query_plan(connection, sql, values) for sql, values in about]
        with db.reading() as session:
            values = dict(session.execute(select(job_figures.c.labels, job_figures.c.value)).tuples().all())
    assert plans
    for steps in plans:
        assert "Seq Scan" not in steps
        assert "SCAN deposits" not in steps
        assert "ix_deposits_scan" in steps
    assert values == {'["pending"]': WAITING, '["failed"]': WAITING, '["infected"]': 0}
