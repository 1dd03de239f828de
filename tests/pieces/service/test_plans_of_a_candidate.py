"""What pages ask of pieces reads the rows of one candidate; forgetting uploads reads the old: never a whole table."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.pieces.models import Candidature, Deposit, Piece, Upload, db
from services.pieces.operations.uploads import purge_uploads
from tests.chassis.events.test_plans import plan, statements
from tests.pieces.portal import Portal
from tests.pieces.uploading import begun, deposited, go_on

ROWS = 100_000
TABLES = ("candidatures", "pieces", "uploads", "deposits")
CONTENT = b"%PDF-"


@pytest.fixture
def full(portal: Portal) -> Portal:
    """A hundred thousand others with a candidature, a piece, a file and an upload each."""
    portal.registered().deposit("NATIDE06")
    begun(portal, "NATIDE06", len(CONTENT))
    with portal.app.app_context():
        with db.operation() as session:
            session.execute(text(_others(Candidature, "id", "candidate_id")))
            session.execute(text(_others(Piece, "id", "candidature_id")))
            session.execute(text(_others(Deposit, "id", "piece_id", "object_key")))
            session.execute(text(_others(Upload, "id", "candidate_id", "piece_id")))
        if db.engine.dialect.name == "postgresql":  # which looks at its tables by itself; SQLite never does
            with db.operation() as session:
                for table in TABLES:
                    session.execute(text(f"ANALYZE {table}"))
    return portal


def _others(model: type[Candidature | Piece | Deposit | Upload], *numbered: str) -> str:
    """Copies of a row of that table, with what tells them apart numbered alike in all of them."""
    table = model.__table__
    columns = [column.name for column in table.columns]
    values = ", ".join(f"'{'x' * 20}-' || i" if column in numbered else column for column in columns)
    return (
        f"WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {ROWS}) "
        f"INSERT INTO {table.name} ({', '.join(columns)}) "
        f"SELECT {values} FROM (SELECT * FROM {table.name} LIMIT 1) AS example CROSS JOIN numbers"
    )


def test_a_candidate_and_the_job_read_no_table_of_all(full: Portal) -> None:
    with full.app.app_context(), statements(db) as executed:
        assert full.call("GET", "/left").status_code == 200
        upload_id = begun(full, "NATIDE06", len(CONTENT))
        go_on(full, upload_id, CONTENT)
        deposited(full, "NATIDE06", upload_id)
        purge_uploads()
    asked = {sql: values for sql, values in executed if sql.lstrip().startswith(("SELECT", "DELETE"))}
    with full.app.app_context(), db.engine.connect() as connection:
        plans = {sql: plan(connection, sql, values) for sql, values in asked.items()}
    assert len(plans) > 8
    assert {sql: steps for sql, steps in plans.items() if _reads_all(steps)} == {}


def _reads_all(steps: str) -> bool:
    return any(f"Seq Scan on {table}" in steps or f"SCAN {table}" in steps for table in TABLES)
