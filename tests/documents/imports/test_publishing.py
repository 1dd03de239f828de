"""From a CSV, or PDFs of a declared type, to what each candidate finds in « Mes documents » and
what staff read."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.contracts.document_rules import AUTOMATIC_TYPES
from services.contracts.registrations import DeclaredDocument, DocumentsDeclared
from services.documents.domain.import_columns import HIGHEST_MARK
from services.documents.operations.import_publication import publish_chunk
from tests.documents.example_events import epreuve
from tests.documents.imports.exam_office import (
    CELLS,
    NEW,
    ExamOffice,
    candidature,
    csv_of,
    line,
    numero,
    pdf_of,
)
from tests.documents.service import some_id
from tests.documents.text_extraction import text_of_pdf
from tests.support.tokens import bearer, candidate_token, staff_token


def test_convocations_of_a_csv_reach_the_candidates_they_are_for(office: ExamOffice) -> None:
    second = "E2 - Anglais;11/05/2022;8h30;20 min;Lycée Pergaud, BESANCON;"
    checked = office.checked(csv_of([line(1), line(1, second), line(2)]))
    assert (checked["state"], checked["ready"], checked["refused"]) == ("checked", 2, 0)
    assert office.documents_of(1) == [], "nothing is published before it is asked for"
    colleague = ExamOffice(office.service, staff_id="staff-2")
    assert [who.publish(checked).status_code for who in (office, colleague)] == [202, 202]
    office.work()
    ended = office.read(checked["id"])
    assert (ended["state"], ended["published"], ended["failed"]) == ("published", 2, 0)
    [document] = office.documents_of(1)
    assert (document["type_label"], document["label"]) == (
        "Convocation(s) aux épreuves",
        "Convocation aux épreuves",
    )
    for text in office.texts_of(1, document):
        for part in (
            "CONVOCATION AUX ÉPREUVES",
            *NEW["paragraphs"],
            "08 h 30 (durée : 20 min)",
            "salle B 204",
        ):
            assert part in text
        assert text.index("mercredi 11 mai 2022") < text.index("jeudi 12 mai 2022"), "by day"
    assert "E2 - Anglais" not in office.texts_of(2, office.documents_of(2)[0])[0]
    actions = [action for action, _ in office.audited()]
    assert actions == ["import.created", "import.checked", "import.published"]


@pytest.mark.parametrize(
    ("type", "said"),
    [
        (
            "releve_notes",
            (f"12,5/{HIGHEST_MARK}", "Résultat : Admis", "E3 - Droit note non communiquée"),
        ),
        ("amenagements", ("Temps majoré d'un tiers", "Epreuves écrites", "MESURES ACCORDEES")),
    ],
)
def test_the_two_other_types_come_from_a_csv_too(
    office: ExamOffice, type: str, said: tuple[str, ...]
) -> None:
    office.register(1, epreuves=(epreuve("E1", "Culture générale"), epreuve("E3", "Droit")))
    office.published(csv_of([line(1, CELLS[type])], type), type=type, paragraphs=[])
    [document] = office.documents_of(1)
    for text in office.texts_of(1, document):
        assert all(part in text for part in said), text


def test_a_worker_that_ends_in_the_middle_leaves_each_published_once(office: ExamOffice) -> None:
    office.register(*range(1, 7))
    checked = office.checked(csv_of([line(number) for number in range(1, 7)]))
    office.publish(checked)
    with office.service.app.app_context():
        publish_chunk(
            office.service.dependencies, checked["id"], 1, 3
        )  # and no note that its follow-up is done
    assert office.read(checked["id"])["published"] == 3
    office.work()
    with office.service.app.app_context():
        publish_chunk(office.service.dependencies, checked["id"], 1, 6)
    ended = office.read(checked["id"])
    assert (ended["state"], ended["published"]) == ("published", 6)
    assert [len(office.documents_of(number)) for number in range(1, 7)] == [1] * 6
    assert len(office.service.keys(".pdf")) == 6


def test_who_leaves_after_the_check_gets_nothing_and_the_report_says_so(office: ExamOffice) -> None:
    office.register(3)
    checked = office.checked(csv_of([line(number) for number in (1, 2, 3)]))
    office.publish(checked)
    office.end(1)
    office.end(2, ecartee=True)
    office.work()
    ended = office.read(checked["id"])
    assert (ended["state"], ended["published"], ended["failed"]) == ("published", 1, 2)
    items = office.items(checked)
    states = [(numero(1), "failed"), (numero(2), "failed"), (numero(3), "published")]
    assert [(item["numero_candidat"], item["state"]) for item in items] == states
    assert ("désinscrite" in items[0]["reason"], "écartée" in items[1]["reason"]) == (True, True)


def test_a_preview_is_the_document_and_is_in_the_audit_trail(office: ExamOffice) -> None:
    """Documents of a number are found without the number in an address."""
    checked = office.checked(csv_of([line(1), line(2)]))
    search = f"/imports/{checked['id']}/documents/search"
    path = f"/imports/{checked['id']}/preview"
    answers = [
        office.call("POST", search, json={"numero_candidat": numero(number)}) for number in (2, 3)
    ]
    [document], none = (answer.get_json()["items"] for answer in answers)
    assert (document["numero_candidat"], none) == (numero(2), [])
    assert office.call("POST", search, json={"numero_candidat": "12"}).status_code == 422
    assert numero(1) in text_of_pdf(office.call("GET", path).data)
    assert numero(2) in text_of_pdf(office.call("GET", f"{path}?document={document['id']}").data)
    assert office.call("GET", f"{path}?document={some_id()}").status_code == 404
    assert [action for action, _ in office.audited()].count("document.previewed") == 2
    assert office.documents_of(1) == []


def declare(office: ExamOffice, at: str, **labels: str) -> None:
    documents = tuple(DeclaredDocument(code, label) for code, label in labels.items())
    office.service.receive(DocumentsDeclared("BTS", NEW["exam"], at, documents))


def types(office: ExamOffice) -> list[dict[str, Any]]:
    """Those that the form offers of one exam alone."""
    return [item for item in office.call("GET", "/import-form").get_json()["types"] if item["exam"]]


def test_a_declared_type_is_offered_for_its_exam_as_pdf_and_published_under_its_label(
    office: ExamOffice,
) -> None:
    """Also once it is no longer declared; it is to read until its candidate opens it."""
    label = "Attestation de réussite"
    declared = {"type": "attestation", "source": "pdf", "title": ""}
    declare(office, "2021-10-04T08:00:00+00:00", attestation=label)
    declare(office, "2021-10-03T08:00:00+00:00", ancienne="Ancienne")
    assert types(office) == [
        {"type": "attestation", "label": label, "exam": NEW["exam"], "columns": []}
    ]
    for given in (
        {"type": "inconnu"},
        {"exam": "DIPLÔME DE COMPTABILITÉ ET DE GESTION"},
        {"source": "csv"},
    ):
        answer = office.call("POST", "/imports", json={**NEW, **declared, **given})
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "#/type"), (
            given
        )
    new = office.create(**declared, paragraphs=["Vous êtes admis."])
    checked = office.send_pdfs(new, pdf_of("Admis"), f"attestation-{numero(1)}.pdf")
    assert (checked["ready"], checked["type_label"], checked["title"]) == (1, label, label)
    office.published_of(checked)
    [document] = office.documents_of(1)
    assert (document["type"], document["type_label"], document["label"]) == (
        "attestation",
        label,
        label,
    )
    paper, page = office.texts_of(1, document)
    assert ("Admis" in paper, "Vous êtes admis." in page) == (True, True)
    declare(office, "2021-10-05T08:00:00+00:00")
    assert types(office) == []
    assert [document["type_label"] for document in office.documents_of(1)] == [label]
    assert office.to_read(1) == ["attestation"]
    headers = bearer(candidate_token(candidature(1)))
    for _ in range(2):
        assert (
            office.service.web.post(
                f"/v1/documents/{document['id']}/opening", headers=headers
            ).status_code
            == 204
        )
    assert office.to_read(1) == []


def as_staff(office: ExamOffice, path: str, *, academies: Any = ("03",)) -> TestResponse:
    headers = bearer(staff_token("reader", scopes=["candidatures:read"], academies=academies))
    return office.service.web.get(f"/v1/staff{path}", headers=headers)


def test_staff_of_its_académie_read_withdrawn_documents_too_and_leave_a_trace(
    office: ExamOffice,
) -> None:
    listed = f"/candidatures/{candidature(1)}/documents"
    office.service.create_documents(candidature_id=candidature(1))
    office.withdraw(office.published(csv_of([line(1)])), "Changement de centre")
    documents = as_staff(office, listed).get_json()["documents"]
    states = {document["type"]: document["withdrawal_reason"] for document in documents}
    assert states == {
        **{str(kind): None for kind in AUTOMATIC_TYPES},
        "convocation": "Changement de centre",
    }
    assert [document["type"] for document in documents if document["withdrawn_at"]] == [
        "convocation"
    ]
    assert len(office.documents_of(1)) == len(AUTOMATIC_TYPES), (
        "its candidate sees the others alone"
    )
    assert as_staff(office, listed, academies=None).get_json()["documents"] == documents
    before = office.audited()
    for path in (listed, f"/documents/{documents[0]['id']}/file"):
        assert as_staff(office, path, academies=("20",)).status_code == 404
    for unknown in ("0" * 32, "x"):
        assert as_staff(office, f"/candidatures/{unknown}/documents").status_code == 404
        assert as_staff(office, f"/documents/{unknown}/file").status_code == 404
    for document in documents:
        answer = as_staff(office, f"/documents/{document['id']}/file")
        assert (answer.status_code, answer.content_type, answer.data[:5]) == (
            200,
            "application/pdf",
            b"%PDF-",
        )
    assert office.audited() == before + [
        ("document.opened", document["id"]) for document in documents
    ]
