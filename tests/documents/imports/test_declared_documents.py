"""A document that an exam's catalogue declares is published as PDF, under the label that it declares."""

from typing import Any

import pytest

from services.contracts.registrations import DeclaredDocument, DocumentsDeclared
from tests.documents.imports.exam_office import NEW, ExamOffice, candidature, numero, pdf_of
from tests.documents.text_extraction import text_of_html, text_of_pdf
from tests.support.tokens import bearer, candidate_token

LABEL = "Attestation de réussite"


@pytest.fixture
def declaring(office: ExamOffice) -> ExamOffice:
    declare(office, attestation=LABEL)
    return office


def declare(office: ExamOffice, at: str = "2021-10-04T08:00:00+00:00", **labels: str) -> None:
    documents = tuple(DeclaredDocument(code, label) for code, label in labels.items())
    office.service.receive(DocumentsDeclared("BTS", NEW["exam"], at, documents))


def types(office: ExamOffice) -> list[dict[str, Any]]:
    """Those that the form offers of one exam alone."""
    return [item for item in office.call("GET", "/import-form").get_json()["types"] if item["exam"]]


def to_read(office: ExamOffice) -> list[dict[str, Any]]:
    return list(office.service.get("/documents/to-read", candidature(1)).get_json()["documents"])


def test_its_pdfs_reach_candidates_under_its_label_also_once_it_is_no_longer_declared(declaring: ExamOffice) -> None:
    """To read until its candidate opens it."""
    new = declaring.create(type="attestation", source="pdf", title="", paragraphs=["Vous êtes admis."])
    checked = declaring.send_pdfs(new, pdf_of("Admis"), f"attestation-{numero(1)}.pdf")
    assert (checked["ready"], checked["type_label"], checked["title"]) == (1, LABEL, LABEL)
    declaring.publish(checked)
    declaring.work()
    [document] = declaring.documents_of(1)
    assert (document["type"], document["type_label"], document["label"]) == ("attestation", LABEL, LABEL)
    assert "Admis" in text_of_pdf(declaring.file_of(1, document))
    assert "Vous êtes admis." in text_of_html(declaring.file_of(1, document, "html"))
    declare(declaring, "2021-10-05T08:00:00+00:00")
    assert types(declaring) == []
    assert [document["type_label"] for document in declaring.documents_of(1)] == [LABEL]
    assert [item["id"] for item in to_read(declaring)] == [document["id"]]
    for _ in range(2):
        headers = bearer(candidate_token(candidature(1)))
        assert declaring.service.web.post(f"/v1/documents/{document['id']}/opening", headers=headers).status_code == 204
    assert to_read(declaring) == []


def test_the_form_offers_it_for_its_exam_as_pdf_whatever_older_catalogue_comes_later(declaring: ExamOffice) -> None:
    declare(declaring, "2021-10-03T08:00:00+00:00", ancienne="Ancienne")
    assert types(declaring) == [{"type": "attestation", "label": LABEL, "exam": NEW["exam"], "columns": []}]
    for given in ({"type": "inconnu"}, {"exam": "DIPLÔME DE COMPTABILITÉ ET DE GESTION"}, {"source": "csv"}):
        answer = declaring.call("POST", "/imports", json={**NEW, "type": "attestation", "source": "pdf", **given})
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "#/type"), given
