"""What pages ask of pieces reads the rows of one candidate; forgetting uploads reads the old: never a whole table."""

from __future__ import annotations

import pytest

from services.pieces.models import Candidature, Deposit, Piece, Upload, db
from services.pieces.operations.uploads import purge_uploads
from tests.pieces.pieces_service import PiecesService
from tests.pieces.tus_client import begin_upload, deposit_uploads, send_rest
from tests.support.database_filling import analyse, insert_copies
from tests.support.query_plans import full_scans, recorded_statements

TABLES = ("candidatures", "pieces", "uploads", "deposits")
CONTENT = b"%PDF-"


@pytest.fixture
def full(service: PiecesService) -> PiecesService:
    """Each of the others has a candidature, a piece, a file and an upload."""
    service.registered().deposit("NATIDE06")
    begin_upload(service, "NATIDE06", len(CONTENT))
    with service.app.app_context():
        with db.operation() as session:
            insert_copies(session, Candidature.__table__, "id", "candidate_id")
            insert_copies(session, Piece.__table__, "id", "candidature_id")
            insert_copies(session, Deposit.__table__, "id", "piece_id", "object_key")
            insert_copies(session, Upload.__table__, "id", "candidate_id", "piece_id")
        analyse(db, *TABLES)
    return service


@pytest.mark.engines("sqlite", "postgresql")
def test_a_candidate_and_the_job_read_no_table_of_all(full: PiecesService) -> None:
    with full.app.app_context(), recorded_statements(db) as executed:
        assert full.call("GET", "/left").status_code == 200
        upload_id = begin_upload(full, "NATIDE06", len(CONTENT))
        send_rest(full, upload_id, CONTENT)
        deposit_uploads(full, "NATIDE06", upload_id)
        purge_uploads()
    asked = [(sql, values) for sql, values in executed if sql.startswith(("SELECT", "DELETE"))]
    assert len(asked) > 8
    with full.app.app_context():
        assert full_scans(db, asked, TABLES) == {}
