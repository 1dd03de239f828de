"""What is wrong with a file is said line by line, before anything is published."""

from dataclasses import replace

import pytest

from services.contracts.document_rules import MAX_CSV_BYTES, PUBLISHED
from tests.documents.example_events import epreuve, saved
from tests.documents.imports.exam_office import CELLS, ExamOffice, csv_of, line, numero
from tests.documents.text_extraction import text_of_html, text_of_pdf

CONVOCATION = CELLS["convocation"]
IN_THE_GATE = 12


def seeded(office: ExamOffice, candidates: int) -> tuple[bytes, dict[int, str]]:
    """A CSV of that many candidates with eight wrong lines; by the number of each line, what its reason says."""
    office.register(*range(1, candidates + 1))
    amiens = replace(saved().academie, code="20", label="ACADÉMIE D'AMIENS")
    office.register(9001, academie=amiens)
    office.register(9002, session=replace(saved().session, name="2023", label="BTS 2023"))
    office.register(9003, 9004, 9005, 9006)
    office.end(9003)
    office.end(9004, ecartee=True)
    lines = [line(number) for number in range(1, candidates + 1)]
    mistakes = {
        line(8888): "N° candidat inconnu",
        line(9001): "inconnu dans vos académies",
        line(9002): "n'est pas inscrit à la session BTS 2022",
        line(9003): "désinscrite",
        line(9004): "écartée",
        line(9005, CONVOCATION.replace("12/05/2022", "31/02/2022")): "« 31/02/2022 » n'est pas une date",
        line(9006) + ";de trop": "plus de cellules",
        line(1): "répète la ligne 2",
    }
    step = candidates // len(mistakes)
    for place, wrong in enumerate(mistakes, 1):
        lines.insert(place * step, wrong)
    expected = {lines.index(wrong) + 2: reason for wrong, reason in mistakes.items() if wrong != line(1)}
    repeated = [place for place, text in enumerate(lines, 2) if text == line(1)]
    return csv_of(lines), {**expected, repeated[1]: mistakes[line(1)]}


def check_and_publish(office: ExamOffice, candidates: int) -> None:
    content, expected = seeded(office, candidates)
    ended = office.published(content)
    refusals = dict(office.refusals(ended["id"]))
    assert {int(place) for place in refusals} == set(expected), refusals
    for place, reason in expected.items():
        assert reason in refusals[str(place)]
    assert (ended["ready"], ended["refused"]) == (candidates, len(expected) - 1), "what is repeated needs no mending"
    assert len(expected) == 8
    assert (ended["state"], ended["published"], ended["failed"]) == ("published", candidates, 0)
    for number in (1, candidates):
        assert len(office.documents_of(number)) == 1
    assert office.documents_of(9005) == []


def test_wrong_lines_are_named_and_others_published(office: ExamOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """In three chunks of the worker's; soak/ publishes three thousand."""
    monkeypatch.setattr("services.documents.operations.import_publication.CHUNK", 5)
    check_and_publish(office, IN_THE_GATE)


def test_cells_that_look_like_formulas_or_markup_are_printed_as_text(office: ExamOffice) -> None:
    cells = ('=HYPERLINK("http://evil";"E1")', "+1+cmd|' /C calc'!A0", "<script>alert(1)</script>", "@SUM(1)")
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    epreuves = (f"E{number}" for number in range(1, 5))
    office.published(csv_of([line(1, f"{next(epreuves)};12/05/2022;14:00;;{cell};") for cell in quoted]))
    [document] = office.documents_of(1)
    page = office.file_of(1, document, "html")
    assert b"<script" not in page
    paper = text_of_pdf(office.file_of(1, document)).replace(" ", "")
    for cell in cells:
        assert cell in text_of_html(page)
        assert cell.replace(" ", "") in paper


def test_a_corrected_file_replaces_the_one_before(office: ExamOffice) -> None:
    checked = office.checked(csv_of([line(1, ";12/05/2022"), line(99)]))
    assert (checked["ready"], checked["refused"], checked["state_label"]) == (0, 2, "Rien à publier")
    assert office.publish(checked).status_code == 409
    again = office.send(checked["id"], csv_of([line(1), line(2), line(99)])).get_json()
    assert (again["ready"], again["refused"], again["revision"]) == (2, 1, checked["revision"] + 1)
    unreadable = office.send(checked["id"], b"\x00\x01")
    assert (unreadable.status_code, unreadable.get_json()["errors"][0]["pointer"]) == (422, "#/fichier")
    assert office.send(checked["id"], b"x" * (MAX_CSV_BYTES + 1)).status_code == 413
    assert office.read(checked["id"]) == again, "a file that cannot be read takes nothing away"


def test_an_épreuve_that_is_told_of_no_line_is_named_before_anything_is_published(office: ExamOffice) -> None:
    """As where a wrong N° gives a candidate's mark to nobody; its line, once mended, completes the document."""
    office.register(1, 2, epreuves=(epreuve("E1", "Culture générale"), epreuve("E3", "Droit")))
    marks = {name: f"{name};12,5;3;Admis" for name in ("E1", "E3", "E9")}
    lines = [line(1, marks["E1"]), line(99, marks["E3"]), line(2, marks["E1"]), line(2, marks["E9"])]
    checked = office.checked(csv_of(lines, "releve_notes"), type="releve_notes")
    incomplete = f"/imports/{checked['id']}/documents?is_incomplete=true"
    missing = [(item["numero_candidat"], item["reason"]) for item in office.call("GET", incomplete).get_json()["items"]]
    assert missing == [(numero(1), "Sans ligne pour E3 - Droit")]
    answer = office.publish(checked, accept_incomplete=False)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "#/accept_incomplete")
    assert dict(office.refusals(checked["id"]))["5"] == "« E9 » n'est pas une épreuve de ce candidat (E1, E3)"
    refused = office.call("GET", f"/imports/{checked['id']}/refusals.csv").data
    office.send(checked["id"], refused.replace(numero(99).encode(), numero(1).encode()))
    assert office.call("GET", incomplete).get_json()["items"] == []


def test_what_a_candidate_has_already_is_told_before_it_is_published_again(office: ExamOffice) -> None:
    """Of relevés a session has one; convocations of another title stand beside each other."""
    office.register(1, 2, epreuves=(epreuve("E1", "Culture générale"), epreuve("E3", "Droit")))
    convocation, releve = csv_of([line(1)]), csv_of([line(1, CELLS["releve_notes"])], "releve_notes")
    office.published(convocation, title="Écrits")
    provisional = office.published(releve, type="releve_notes", title="Relevé provisoire")
    cases = (
        ("convocation", "Écrits", convocation, (1, 0), "Remplace « Écrits » du "),
        ("convocation", "Oraux", convocation, (0, 1), "S'ajoute à « Écrits » du "),
        ("releve_notes", "Relevé", releve, (1, 0), "Remplace « Relevé provisoire » du "),
    )
    for type, title, content, expected, words in cases:
        checked = office.checked(content, type=type, title=title)
        check = office.call("GET", f"/imports/{checked['id']}/check").get_json()
        assert (check["replacing"], check["beside"]) == expected
        [item] = office.call("GET", f"/imports/{checked['id']}/documents").get_json()["items"]
        assert item["earlier"].startswith(words)
        assert item["name"] == f"{saved().identity.nom_famille} {saved().identity.prenoms}"
    office.publish(checked)
    office.work()
    assert [item["label"] for item in office.listed(1) if item["replaced_at"]] == ["Relevé provisoire"]
    assert office.announced()[-1]["act"] == "replaced"
    for published, is_replaced in ((provisional, True), (checked, False)):
        [item] = office.call("GET", f"/imports/{published['id']}/documents").get_json()["items"]
        assert (item["state"], bool(item["replaced_at"])) == (PUBLISHED, is_replaced)
