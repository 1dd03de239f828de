"""Staff read the documents of a candidature of their académies, withdrawn ones too; each opening leaves a trace."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.contracts.document_rules import AUTOMATIC_TYPES
from tests.documents.imports.exam_office import ExamOffice, candidature, csv_of, line
from tests.support.tokens import bearer, staff_token

LISTED = f"/staff/candidatures/{candidature(1)}/documents"


def as_staff(office: ExamOffice, path: str, *, academies: Any = ("03",)) -> TestResponse:
    headers = bearer(staff_token("reader", scopes=["candidatures:read"], academies=academies))
    return office.service.web.get(f"/v1{path}", headers=headers)


@pytest.fixture
def published(office: ExamOffice) -> ExamOffice:
    """A candidature with its automatic documents, and a convocation that was withdrawn."""
    office.service.create_documents(candidature_id=candidature(1))
    ended = office.published(csv_of([line(1)]))
    withdrawn = office.call("POST", f"/imports/{ended['id']}/withdrawal", json={"reason": "Changement de centre"})
    assert withdrawn.status_code == 200
    return office


def test_all_documents_are_listed_the_withdrawn_one_with_its_reason_and_each_opening_is_in_the_audit_trail(
    published: ExamOffice,
) -> None:
    documents = as_staff(published, LISTED).get_json()["documents"]
    states = {document["type"]: document["withdrawal_reason"] for document in documents}
    assert states == {**{str(kind): None for kind in AUTOMATIC_TYPES}, "convocation": "Changement de centre"}
    assert [document["type"] for document in documents if document["withdrawn_at"]] == ["convocation"]
    assert len(published.documents_of(1)) == len(AUTOMATIC_TYPES), "its candidate sees the others alone"
    assert as_staff(published, LISTED, academies=None).get_json()["documents"] == documents
    before = len(published.audited())
    for document in documents:
        answer = as_staff(published, f"/staff/documents/{document['id']}/file")
        assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert published.audited()[before:] == [("document.opened", document["id"]) for document in documents]


def test_who_is_of_another_académie_finds_nothing(published: ExamOffice) -> None:
    document = as_staff(published, LISTED).get_json()["documents"][0]["id"]
    before = published.audited()
    for path in (LISTED, f"/staff/documents/{document}/file"):
        assert as_staff(published, path, academies=("20",)).status_code == 404
    for unknown in ("0" * 32, "x"):
        assert as_staff(published, f"/staff/candidatures/{unknown}/documents").status_code == 404
        assert as_staff(published, f"/staff/documents/{unknown}/file").status_code == 404
    assert published.audited() == before
