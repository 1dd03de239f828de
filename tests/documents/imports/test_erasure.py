"""What exam offices sent of a candidature goes with it, on both engines: published, refused, waiting; others' stays."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from services.contracts.registrations import DataErased, ErasedCandidature
from services.contracts.retention import DOCUMENTS, OF_A_SESSION
from services.documents.models import db
from services.objects.lifecycle import erase_expired
from tests.documents.example_events import saved
from tests.documents.imports.exam_office import ExamOffice, candidature, csv_of, line, numero, pdf_of, zip_of
from tests.documents.service import Service
from tests.support.service_worker import tables_that_hold

pytestmark = pytest.mark.engines("sqlite", "postgresql")
REFUSED = "21 mai;14:00;4 h;Lycée;B 2"


def _erase(office: ExamOffice, *numbers: int) -> None:
    """Heard twice, as events may be."""
    erased = tuple(ErasedCandidature(candidature(number), candidature(number)) for number in numbers)
    for _ in range(2):
        office.service.receive(DataErased(OF_A_SESSION, erased))


def _holding(office: ExamOffice, value: str) -> set[str]:
    return tables_that_hold(office.service.app, value) - {"withdrawals", "tasks", "outbox"}


def test_what_was_published_refused_and_sent_goes_with_its_candidature(office: ExamOffice) -> None:
    new = office.create(source="pdf", type="convocation")
    ready = office.send_pdfs(new, zip_of({f"{numero(number)}.pdf": pdf_of(str(number)) for number in (1, 2, 3)}))
    office.publish(ready)
    office.work()
    lines = [line(1), line(2), f"{numero(1)};E1;{REFUSED}", f"{numero(9)};E1;{REFUSED}"]
    office.published(csv_of(lines))
    assert {"documents", "import_documents", "import_refusals"} <= _holding(office, numero(1)) | _holding(
        office, candidature(1)
    )

    _erase(office, 1)
    assert _holding(office, numero(1)) == set()
    assert _holding(office, candidature(1)) <= {"retired_objects", "audit_entries", "audit_keys", "audit_digests"}
    assert "import_refusals" in _holding(office, numero(9)), "of somebody whom nobody knows"
    assert len(office.documents_of(2)) == 2
    with office.service.app.app_context():
        erase_expired(db, office.service.dependencies.store)
    keys = " ".join(office.service.keys())
    assert (candidature(1) in keys, candidature(2) in keys) == (False, True)

    _erase(office, 2)
    assert _holding(office, numero(9)) == set(), "with the last candidature of its session"


def test_nothing_that_arrives_late_brings_it_back(service: Service) -> None:
    office = ExamOffice(service)
    _erase(office, 1)
    event = replace(saved(), candidature_id=candidature(1), candidate_id=candidature(1), version=9)
    office.service.receive(replace(event, numero_candidat=numero(1)))
    with office.service.app.app_context(), db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM saved_versions")) == 0
        assert session.scalar(text("SELECT count(*) FROM candidatures")) == 0
        late = "SELECT count(*) FROM tasks WHERE envelope LIKE '%registration_saved%'"
        assert session.scalar(text(late)) == 0, "neither does the task itself"


def test_a_version_after_what_was_erased_is_taken_again(office: ExamOffice) -> None:
    """The session was opened again: its documents alone were erased, with the first version."""
    first = ErasedCandidature(candidature(1), candidature(1), version=1)
    office.service.receive(DataErased((DOCUMENTS,), (first,)))
    assert _holding(office, numero(1)) == set()
    event = replace(saved(), candidature_id=candidature(1), candidate_id=candidature(1), numero_candidat=numero(1))
    office.service.receive(replace(event, version=2))
    assert "candidatures" in _holding(office, numero(1))
