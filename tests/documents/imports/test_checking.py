"""What is wrong with a file is said line by line before it is published; models, and refused lines
that come back."""

import csv
import io
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from services.contracts import document_rules
from services.contracts.document_rules import MAX_CSV_BYTES, PUBLISHED
from services.documents.domain import import_csv
from services.documents.models import ImportDocument, db
from tests.documents.example_events import epreuve, saved
from tests.documents.imports.exam_office import (
    CELLS,
    ExamOffice,
    candidature,
    csv_of,
    line,
    meanwhile,
    numero,
)
from tests.documents.imports.seeded_import import CONVOCATION, check_and_publish

TOMORROW = CONVOCATION.replace("12/05/2022", "demain")
BOTH = (epreuve("E1", "Culture générale"), epreuve("E3", "Droit"))


def test_wrong_lines_are_named_and_others_published(
    office: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In three chunks of the worker's; soak/ publishes three thousand."""
    monkeypatch.setattr("services.documents.operations.import_publication.CHUNK", 5)
    check_and_publish(office, 12)


def test_cells_that_look_like_formulas_or_markup_are_printed_as_text(office: ExamOffice) -> None:
    cells = (
        '=HYPERLINK("http://evil";"E1")',
        "+1+cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "@SUM(1)",
    )
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    epreuves = (f"E{number}" for number in range(1, 5))
    office.published(
        csv_of([line(1, f"{next(epreuves)};12/05/2022;14:00;;{cell};") for cell in quoted])
    )
    [document] = office.documents_of(1)
    assert (
        b"<script"
        not in office.service.get(f"/documents/{document['id']}/html", candidature(1)).data
    )
    paper, page = office.texts_of(1, document)
    for cell in cells:
        assert (cell in page, cell.replace(" ", "") in paper.replace(" ", "")) == (True, True)


def test_a_corrected_file_replaces_the_one_before(office: ExamOffice) -> None:
    checked = office.checked(csv_of([line(1, ";12/05/2022"), line(99)]))
    assert (checked["ready"], checked["refused"], checked["state_label"]) == (
        0,
        2,
        "Rien à publier",
    )
    assert office.publish(checked).status_code == 409
    again = office.send(checked["id"], csv_of([line(1), line(2), line(99)])).get_json()
    assert (again["ready"], again["refused"], again["revision"]) == (2, 1, checked["revision"] + 1)
    unreadable = office.send(checked["id"], b"\x00\x01")
    assert (unreadable.status_code, unreadable.get_json()["errors"][0]["pointer"]) == (
        422,
        "#/fichier",
    )
    assert office.send(checked["id"], b"x" * (MAX_CSV_BYTES + 1)).status_code == 413
    assert office.read(checked["id"]) == again, "a file that cannot be read takes nothing away"


def test_an_épreuve_that_is_told_of_no_line_is_named_before_anything_is_published(
    office: ExamOffice,
) -> None:
    """As where a wrong N° gives a candidate's mark to nobody; its line, once mended, completes the
    document."""
    office.register(1, 2, epreuves=BOTH)
    marks = {name: f"{name};12,5;3;Admis" for name in ("E1", "E3", "E9")}
    lines = [
        line(1, marks["E1"]),
        line(99, marks["E3"]),
        line(2, marks["E1"]),
        line(2, marks["E9"]),
    ]
    checked = office.checked(csv_of(lines, "releve_notes"), type="releve_notes")
    incomplete = f"/imports/{checked['id']}/documents?is_incomplete=true"
    missing = [
        (item["numero_candidat"], item["reason"])
        for item in office.call("GET", incomplete).get_json()["items"]
    ]
    assert missing == [(numero(1), "Sans ligne pour E3 - Droit")]
    answer = office.publish(checked, accept_incomplete=False)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (
        422,
        "#/accept_incomplete",
    )
    assert (
        dict(office.refusals(checked["id"]))["5"]
        == "« E9 » n'est pas une épreuve de ce candidat (E1, E3)"
    )
    refused = office.call("GET", f"/imports/{checked['id']}/refusals.csv").data
    office.send(checked["id"], refused.replace(numero(99).encode(), numero(1).encode()))
    assert office.call("GET", incomplete).get_json()["items"] == []


def test_what_a_candidate_has_already_is_told_before_it_is_published_again(
    office: ExamOffice,
) -> None:
    """Of relevés a session has one; convocations of another title stand beside each other."""
    office.register(1, 2, epreuves=BOTH)
    convocation = csv_of([line(1)])
    releve = csv_of([line(1, CELLS["releve_notes"])], "releve_notes")
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
        [item] = office.items(checked)
        assert item["earlier"].startswith(words)
        assert item["name"] == f"{saved().identity.nom_famille} {saved().identity.prenoms}"
    office.published_of(checked)
    assert [item["label"] for item in office.listed(1) if item["replaced_at"]] == [
        "Relevé provisoire"
    ]
    assert office.announced()[-1]["act"] == "replaced"
    for published, is_replaced in ((provisional, True), (checked, False)):
        [item] = office.items(published)
        assert (item["state"], bool(item["replaced_at"])) == (PUBLISHED, is_replaced)


MODEL = "/import-models/{}?session=BTS%202022&exam=BREVET%20DE%20TECHNICIEN%20SUPERIEUR&academie={}"
EPREUVES = (
    epreuve("E1", "Culture générale"),
    epreuve("E2", "Langue vivante"),
    epreuve("E2-A", "Écrit", parent="E2", option="Anglais"),
    epreuve("E3", "Droit", position="benefice"),
)


def rows_of(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def export(office: ExamOffice, path: str) -> bytes:
    with closing(office.call("GET", path)) as answer:
        assert answer.status_code == 200, answer.text
        return answer.data


def model(office: ExamOffice, type: str = "convocation", part: str = "") -> list[dict[str, str]]:
    return rows_of(export(office, MODEL.format(type, "03") + part))


def refused_lines(office: ExamOffice, checked: dict[str, Any]) -> list[dict[str, str]]:
    return rows_of(export(office, f"/imports/{checked['id']}/refusals.csv"))


def written(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), delimiter=";")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode("cp1252")


def test_a_model_has_the_candidates_and_what_they_sit_and_is_taken_back_filled_in_part(
    office: ExamOffice,
) -> None:
    office.register(1, 2, 3, epreuves=EPREUVES)
    office.register(4, academie=replace(saved().academie, code="20"))
    office.end(3)
    rows = model(office)
    assert [(row["N° candidat"], row["Epreuve"]) for row in rows] == [
        (numero(number), name)
        for number in (1, 2)
        for name in ("E1 - Culture générale", "E2-A - Écrit : Anglais")
    ]
    person = saved().identity
    assert (rows[0]["Nom"], rows[0]["Prénoms"]) == (person.nom_famille, person.prenoms)
    assert rows[0]["Date de naissance"] == "{2}/{1}/{0}".format(*person.date_naissance.split("-"))
    assert [row["Mesure"] for row in model(office, "amenagements")] == ["", ""], (
        "a line for each candidate"
    )
    for row in rows[:2]:
        row |= {"Date": "12/05/2022", "Heure": "14:00", "Lieu": "Lycée"}
    checked = office.checked(written(rows))
    assert (checked["ready"], checked["refused"], checked["unfilled"]) == (1, 0, 2)
    assert checked["unused_columns"] == []
    [refusal, *_] = office.refusals(
        office.checked(written([row | {"Nom": "Autre"} for row in rows]))["id"]
    )
    assert refusal[1].startswith("« Nom » : « Autre », mais ce N° candidat est celui de ")


def test_the_parts_of_a_model_are_of_one_spécialité(
    office: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_rules, "MAX_LINES", 4)
    office.register(1, 3, 4, 5, epreuves=EPREUVES)
    office.register(
        2,
        epreuves=EPREUVES,
        confirmation=replace(saved().confirmation, specialite="Ameublement (25430)"),
    )
    path = f"/imports/{office.create()}/model-parts"
    parts = office.call("GET", path).get_json()
    banque = saved().confirmation.specialite
    shown = [(part["specialite"], part["candidates"], part["lines"]) for part in parts]
    assert shown == [("Ameublement (25430)", 1, 2), (banque, 2, 4), (banque, 2, 4)]
    own = f"{MODEL.format('convocation', '03')}&part=1&specialite=Ameublement (25430)"
    with closing(office.call("GET", own)) as answer:
        name = "Modele 1 - Convocation(s) aux epreuves - Ameublement (25430).csv"
        assert name in answer.headers["Content-Disposition"]
    files = [model(office, part=f"&part={part['part']}") for part in parts]
    numbers = [[row["N° candidat"] for row in rows[::2]] for rows in files]
    assert numbers == [[numero(2)], [numero(1), numero(3)], [numero(4), numero(5)]]
    assert office.call("GET", MODEL.format("convocation", "20")).status_code == 404
    assert office.audited()[-1] == ("import_model.exported", "Convocation(s) aux épreuves")


def test_refused_lines_come_back_with_their_reason_and_complete_what_was_right_once_mended(
    office: ExamOffice,
) -> None:
    office.register(3)
    of_second = [line(2), line(2, TOMORROW.replace("E1", "E2"))]
    sent = csv_of([line(1), line(1), *of_second, line(3, "=E4" + TOMORROW) + ";de trop"])
    checked = office.checked(sent)
    assert (checked["ready"], checked["refused"]) == (1, 3)
    refused = export(office, f"/imports/{checked['id']}/refusals.csv")
    rows = rows_of(refused)
    refused_numbers = [row["N° candidat"] for row in rows]
    assert refused_numbers == [numero(2), numero(2), numero(3)], "what is repeated needs no mending"
    assert "est à corriger" in rows[0]["Motif du refus"]
    assert "« demain » n'est pas une date" in rows[1]["Motif du refus"]
    assert rows[2]["Epreuve"].startswith("'=E4"), "no formula"
    mended = refused.replace(b"demain", b"13/05/2022")
    again = office.send(checked["id"], mended).get_json()
    assert (again["ready"], again["refused"], again["unused_columns"]) == (2, 1, [])
    [left] = refused_lines(office, checked)
    assert list(left).count("Motif du refus") == 1
    assert left["Epreuve"] == rows[2]["Epreuve"], (
        "what keeps a spreadsheet from calculating is not kept as text"
    )
    office.published_of(again)
    assert [len(office.documents_of(number)) for number in (1, 2, 3)] == [1, 1, 0]


def test_refused_lines_that_do_not_come_back_stay_and_are_checked_again_with_those_that_do(
    office: ExamOffice,
) -> None:
    lines = [
        line(1),
        line(1, TOMORROW.replace("E1", "E2")),
        line(2, TOMORROW),
        line(3) + ";de trop",
        line(4),
    ]
    checked = office.checked(csv_of(lines))
    rows = refused_lines(office, checked)
    assert [row["Ligne refusée"] for row in rows] == ["2", "3", "4", "5", "6"]
    mended = rows[1] | {"Date": "13/05/2022"}
    wrong_again = rows[2] | {"Salle": "C 1"}
    added = rows[2] | {"Ligne refusée": ""}
    sent = [mended, wrong_again, added, wrong_again]
    for row in sent:
        row.pop("Motif du refus", None)  # by who has read it
    again = office.send(checked["id"], written(sent)).get_json()
    assert (again["ready"], again["refused"]) == (1, 5)
    [document] = office.items(checked)
    with office.service.app.app_context(), db.reading() as transaction:
        kept = transaction.get_one(ImportDocument, document["id"]).content
    assert [each["epreuve"][:2] for each in kept] == ["E1", "E2"], "line 2 waited for line 3 alone"
    rows = refused_lines(office, checked)
    shown = [(row["Ligne refusée"], row["Salle"]) for row in rows]
    assert shown == [("4", "C 1"), ("5", "B 204"), ("6", "B 204"), ("9", "B 204"), ("10", "C 1")]
    del rows[0]["Ligne refusée"]
    office.send(checked["id"], written([rows[0] | {"Date": "13/05/2022"}]))
    [(place, reason)] = office.refusals(checked["id"])
    assert (place, "« Ligne refusée »" in reason) == ("1", True), (
        "that says of no line which one it mends"
    )


def test_a_line_with_a_cell_too_many_holds_its_candidate_back(office: ExamOffice) -> None:
    """Wherever the cell is too many: before the N° candidat, or behind it."""
    second = CONVOCATION.replace("E1", "E2")
    office.register(3)
    lines = [line(1), line(1, second) + ";de trop", line(2), ";" + line(2, second), line(3)]
    checked = office.checked(csv_of(lines))
    assert (checked["ready"], checked["refused"]) == (1, 4)
    refused = refused_lines(office, checked)
    items = office.call("GET", f"/imports/{checked['id']}/refusals").get_json()["items"]
    named = [(item["place"], item["numero_candidat"]) for item in items]
    assert named == [("2", numero(1)), ("3", numero(1)), ("4", numero(2)), ("5", numero(2))]
    waits = "La ligne {} de ce candidat est à corriger : rien n'est publié pour lui"
    assert [items[place]["reason"] for place in (0, 2)] == [waits.format(3), waits.format(5)]
    mended = [row | {"Date": "13/05/2022"} for row in refused[:2]]
    for row in mended:
        row.pop(None, None)  # type: ignore[call-overload]  # what stands behind the headings
    again = office.send(checked["id"], written(mended)).get_json()
    assert (again["ready"], again["refused"]) == (2, 2)
    office.published_of(again)
    assert [len(office.documents_of(number)) for number in (1, 2, 3)] == [1, 0, 1]


def test_a_document_that_was_ready_waits_for_a_line_that_comes_back_wrong(
    office: ExamOffice,
) -> None:
    """Until the line is mended, or turns out to be somebody else's."""
    lines = [line(1), f"0210;{TOMORROW.replace('E1', 'E2')}", line(2)]
    checked = office.checked(csv_of(lines))
    [refused] = refused_lines(office, checked)
    again = office.send(checked["id"], written([refused | {"N° candidat": numero(1)}])).get_json()
    assert (again["ready"], again["refused"]) == (1, 1)
    states = [item["state"] for item in office.items(checked)]
    assert states == ["failed", "ready"]
    office.send(checked["id"], written([refused | {"N° candidat": numero(99)}]))
    assert office.ready(checked["id"]) == [2]
    office.send(checked["id"], written([refused | {"N° candidat": numero(1)}]))
    mended = refused | {"N° candidat": numero(1), "Date": "13/05/2022"}
    again = office.send(checked["id"], written([mended])).get_json()
    assert (again["ready"], again["refused"]) == (2, 0)


def test_lines_of_which_nobody_knows_whose_they_are_are_counted_before_anything_is_published(
    office: ExamOffice,
) -> None:
    lines = [line(1), "?;E2;12/05/2022;14:00;;Lycée;;de trop", f"0210;{CONVOCATION}", line(8888)]
    checked = office.checked(csv_of(lines))
    check = office.call("GET", f"/imports/{checked['id']}/check").get_json()
    assert (checked["ready"], checked["refused"], check["unattributed"]) == (1, 3, 2)


def test_lines_are_not_completed_from_a_replaced_report(office: ExamOffice) -> None:
    checked = office.checked(csv_of([line(1), line(8), line(9)]))
    [of_second, of_third] = refused_lines(office, checked)

    def overtake() -> None:
        assert (
            office.send(checked["id"], written([of_third | {"N° candidat": numero(1)}])).status_code
            == 200
        )

    with meanwhile("check_rows", overtake, of=import_csv):
        assert office.send(checked["id"], written([of_second])).status_code == 409


def test_who_is_absent_of_the_same_spécialité_is_counted_and_completes_the_file(
    office: ExamOffice,
) -> None:
    office.register(1, 2, 3, 4, epreuves=BOTH)
    office.register(
        5,
        epreuves=BOTH,
        confirmation=replace(saved().confirmation, specialite="Ameublement (25430)"),
    )
    office.end(4)
    checked = office.checked(csv_of([line(1), line(2, TOMORROW)]))
    path = f"/imports/{checked['id']}/check"
    assert office.call("GET", path).get_json() == {
        "incomplete": 1,
        "replacing": 0,
        "beside": 0,
        "absent": 1,
        "unattributed": 0,
    }
    scope = {
        "session": checked["session"],
        "exam": checked["exam"],
        "academie": "03",
        "absent_from": checked["id"],
    }
    query = "&".join(f"{name}={value}" for name, value in scope.items())
    absent = rows_of(export(office, f"/import-models/convocation?{query}"))
    assert [(row["Ligne refusée"], row["N° candidat"]) for row in absent] == [("", numero(3))] * 2
    absent[0] |= {"Date": "12/05/2022", "Heure": "14:00", "Lieu": "Lycée"}
    again = office.send(checked["id"], written(absent)).get_json()
    assert (again["ready"], again["refused"]) == (2, 1)
    assert office.call("GET", path).get_json()["absent"] == 0
    other = ExamOffice(office.service, academies=("20",), staff_id="staff-2")
    assert (
        other.call(
            "GET", "/import-models/convocation", query_string={**scope, "academie": "20"}
        ).status_code
        == 404
    )
    measures = office.checked(
        csv_of([line(1, CELLS["amenagements"])], "amenagements"), type="amenagements"
    )
    assert office.call("GET", f"/imports/{measures['id']}/check").get_json()["absent"] == 0, (
        "few have any"
    )
