"""What a candidate has to read is found by index, beside twenty thousand documents of others."""

from __future__ import annotations

import pytest

from services.documents.models import Candidature, Document, db
from tests.documents.example_events import saved
from tests.documents.service import Service
from tests.support.database_filling import analyse, insert_copies
from tests.support.query_plans import full_scans, recorded_statements

TABLES = ("candidatures", "documents")


@pytest.fixture
def full(service: Service) -> Service:
    """Each of the others has a candidature and a document."""
    service.receive_and_create_documents(saved())
    with service.app.app_context():
        with db.operation() as session:
            insert_copies(session, Candidature.__table__, "id", "candidate_id")
            insert_copies(session, Document.__table__, "id", "candidature_id", "pdf_key", "html_key")
        analyse(db, *TABLES)
    return service


def test_what_is_to_read_reads_no_table_of_all(full: Service) -> None:
    with full.app.app_context(), recorded_statements(db) as executed:
        assert full.get("/documents/to-read").status_code == 200
    asked = [(sql, values) for sql, values in executed if sql.startswith("SELECT")]
    assert asked
    with full.app.app_context():
        assert full_scans(db, asked, TABLES) == {}
