"""From a CSV to what each candidate finds in « Mes documents »."""

import pytest

from services.documents.domain.import_columns import HIGHEST_MARK
from services.documents.operations.import_publication import publish_chunk
from tests.documents.example_events import epreuve
from tests.documents.imports.exam_office import CELLS, ExamOffice, csv_of, line, numero
from tests.documents.service import some_id
from tests.documents.text_extraction import text_of_html, text_of_pdf


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
    assert (document["type_label"], document["label"]) == ("Convocation(s) aux épreuves", "Convocation aux épreuves")
    for read, format in ((text_of_pdf, "file"), (text_of_html, "html")):
        text = read(office.file_of(1, document, format))
        assert "CONVOCATION AUX ÉPREUVES" in text
        assert "Présentez-vous muni d'une pièce d'identité." in text
        assert text.index("mercredi 11 mai 2022") < text.index("jeudi 12 mai 2022"), "by day"
        assert "08 h 30 (durée : 20 min)" in text
        assert "salle B 204" in text
    assert "E2 - Anglais" not in text_of_pdf(office.file_of(2, office.documents_of(2)[0]))
    actions = [action for action, _ in office.audited()]
    assert actions == ["import.created", "import.checked", "import.published"]


@pytest.mark.parametrize(
    ("type", "said"),
    [
        ("releve_notes", (f"12,5/{HIGHEST_MARK}", "Résultat : Admis", "E3 - Droit note non communiquée")),
        ("amenagements", ("Temps majoré d'un tiers", "Epreuves écrites", "MESURES ACCORDEES")),
    ],
)
def test_the_two_other_types_come_from_a_csv_too(office: ExamOffice, type: str, said: tuple[str, ...]) -> None:
    office.register(1, epreuves=(epreuve("E1", "Culture générale"), epreuve("E3", "Droit")))
    office.published(csv_of([line(1, CELLS[type])], type), type=type, paragraphs=[])
    [document] = office.documents_of(1)
    for read, format in ((text_of_pdf, "file"), (text_of_html, "html")):
        text = " ".join(read(office.file_of(1, document, format)).split())
        assert all(part in text for part in said), text


def test_a_worker_that_ends_in_the_middle_leaves_each_published_once(office: ExamOffice) -> None:
    office.register(*range(1, 7))
    checked = office.checked(csv_of([line(number) for number in range(1, 7)]))
    office.publish(checked)
    with office.service.app.app_context():
        publish_chunk(office.service.dependencies, checked["id"], 1, 3)  # and no note that its follow-up is done
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
    items = office.call("GET", f"/imports/{checked['id']}/documents").get_json()["items"]
    states = [(numero(1), "failed"), (numero(2), "failed"), (numero(3), "published")]
    assert [(item["numero_candidat"], item["state"]) for item in items] == states
    for item, reason in zip(items, ("désinscrite", "écartée"), strict=False):
        assert reason in item["reason"]


def test_a_preview_is_the_document_and_is_in_the_audit_trail(office: ExamOffice) -> None:
    """Documents of a number are found without the number in an address."""
    checked = office.checked(csv_of([line(1), line(2)]))
    search, path = f"/imports/{checked['id']}/documents/search", f"/imports/{checked['id']}/preview"
    found, none = (
        office.call("POST", search, json={"numero_candidat": numero(number)}).get_json() for number in (2, 3)
    )
    [document] = found["items"]
    assert (document["numero_candidat"], none["items"]) == (numero(2), [])
    assert office.call("POST", search, json={"numero_candidat": "12"}).status_code == 422
    assert numero(1) in text_of_pdf(office.call("GET", path).data)
    assert numero(2) in text_of_pdf(office.call("GET", f"{path}?document={document['id']}").data)
    assert office.call("GET", f"{path}?document={some_id()}").status_code == 404
    assert [action for action, _ in office.audited()].count("document.previewed") == 2
    assert office.documents_of(1) == []
