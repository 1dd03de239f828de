"""A model filled with a session's candidates, and refused lines that come back: what a spreadsheet does with both."""

import csv
import io
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from services.contracts import document_rules
from services.documents.domain import import_csv
from services.documents.domain.import_csv import check_rows
from services.documents.models import ImportDocument, db
from tests.documents.example_events import epreuve, saved
from tests.documents.imports.exam_office import CELLS, ExamOffice, csv_of, line, numero

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


def model(office: ExamOffice, type: str = "convocation") -> list[dict[str, str]]:
    return rows_of(export(office, MODEL.format(type, "03")))


def written(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), delimiter=";")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode("cp1252")


def test_a_model_has_the_candidates_and_what_they_sit_and_is_taken_back_filled_in_part(office: ExamOffice) -> None:
    office.register(1, 2, 3, epreuves=EPREUVES)
    office.register(4, academie=replace(saved().academie, code="20"))
    office.end(3)
    rows = model(office)
    assert [(row["N° candidat"], row["Epreuve"]) for row in rows] == [
        (numero(number), name) for number in (1, 2) for name in ("E1 - Culture générale", "E2-A - Écrit : Anglais")
    ]
    person = saved().identity
    assert (rows[0]["Nom"], rows[0]["Prénoms"]) == (person.nom_famille, person.prenoms)
    assert rows[0]["Date de naissance"] == "{2}/{1}/{0}".format(*person.date_naissance.split("-"))
    assert [row["Mesure"] for row in model(office, "amenagements")] == ["", ""], "a line for each candidate"
    for row in rows[:2]:
        row |= {"Date": "12/05/2022", "Heure": "14:00", "Lieu": "Lycée"}
    checked = office.checked(written(rows))
    assert (checked["ready"], checked["refused"], checked["unfilled"]) == (1, 0, 2)
    assert checked["unused_columns"] == []
    [refusal, *_] = office.refusals(office.checked(written([row | {"Nom": "Autre"} for row in rows]))["id"])
    assert refusal[1].startswith("« Nom » : « Autre », mais ce N° candidat est celui de ")


def test_the_parts_of_a_model_are_of_one_spécialité(office: ExamOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_rules, "MAX_LINES", 4)
    office.register(1, 3, 4, 5, epreuves=EPREUVES)
    office.register(2, epreuves=EPREUVES, confirmation=replace(saved().confirmation, specialite="Ameublement (25430)"))
    path = f"/imports/{office.create()}/model-parts"
    parts = office.call("GET", path).get_json()
    banque = saved().confirmation.specialite
    shown = [(part["specialite"], part["candidates"], part["lines"]) for part in parts]
    assert shown == [("Ameublement (25430)", 1, 2), (banque, 2, 4), (banque, 2, 4)]
    with closing(
        office.call("GET", f"{MODEL.format('convocation', '03')}&part=1&specialite=Ameublement (25430)")
    ) as own:
        name = "Modele 1 - Convocation(s) aux epreuves - Ameublement (25430).csv"
        assert name in own.headers["Content-Disposition"]
    files = [rows_of(export(office, f"{MODEL.format('convocation', '03')}&part={part['part']}")) for part in parts]
    numbers = [[row["N° candidat"] for row in rows[::2]] for rows in files]
    assert numbers == [[numero(2)], [numero(1), numero(3)], [numero(4), numero(5)]]
    assert office.call("GET", MODEL.format("convocation", "20")).status_code == 404
    assert office.audited()[-1] == ("import_model.exported", "Convocation(s) aux épreuves")


def test_refused_lines_come_back_with_their_reason_and_complete_what_was_right_once_mended(office: ExamOffice) -> None:
    office.register(3)
    wrong = CELLS["convocation"].replace("12/05/2022", "demain")
    sent = csv_of([line(1), line(1), line(2), line(2, wrong.replace("E1", "E2")), line(3, "=E4" + wrong) + ";de trop"])
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
    [left] = rows_of(export(office, f"/imports/{checked['id']}/refusals.csv"))
    assert list(left).count("Motif du refus") == 1
    assert left["Epreuve"] == rows[2]["Epreuve"], "what keeps a spreadsheet from calculating is not kept as text"
    office.publish(again)
    office.work()
    assert [len(office.documents_of(number)) for number in (1, 2, 3)] == [1, 1, 0]


def test_refused_lines_that_do_not_come_back_stay_and_are_checked_again_with_those_that_do(office: ExamOffice) -> None:
    cells, wrong = CELLS["convocation"], CELLS["convocation"].replace("12/05/2022", "demain")
    lines = [line(1), line(1, wrong.replace("E1", "E2")), line(2, wrong), line(3, cells + ";de trop"), line(4)]
    checked = office.checked(csv_of(lines))
    rows = rows_of(export(office, f"/imports/{checked['id']}/refusals.csv"))
    assert [row["Ligne refusée"] for row in rows] == ["2", "3", "4", "5", "6"]
    mended, wrong_again = rows[1] | {"Date": "13/05/2022"}, rows[2] | {"Salle": "C 1"}
    added = rows[2] | {"Ligne refusée": ""}
    sent = [mended, wrong_again, added, wrong_again]
    for row in sent:
        row.pop("Motif du refus", None)  # by who has read it
    again = office.send(checked["id"], written(sent)).get_json()
    assert (again["ready"], again["refused"]) == (1, 5)
    [document] = office.call("GET", f"/imports/{checked['id']}/documents").get_json()["items"]
    with office.service.app.app_context(), db.reading() as session:
        kept = session.get_one(ImportDocument, document["id"]).content
    assert [each["epreuve"][:2] for each in kept] == ["E1", "E2"], "line 2 waited for line 3 alone"
    rows = rows_of(export(office, f"/imports/{checked['id']}/refusals.csv"))
    shown = [(row["Ligne refusée"], row["Salle"]) for row in rows]
    assert shown == [("4", "C 1"), ("5", "B 204"), ("6", "B 204"), ("9", "B 204"), ("10", "C 1")]
    del rows[0]["Ligne refusée"]
    office.send(checked["id"], written([rows[0] | {"Date": "13/05/2022"}]))
    [(place, reason)] = office.refusals(checked["id"])
    assert (place, "« Ligne refusée »" in reason) == ("1", True), "that says of no line which one it mends"


def test_lines_are_not_completed_from_a_replaced_report(office: ExamOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = office.checked(csv_of([line(1), line(8), line(9)]))
    [of_second, of_third] = rows_of(export(office, f"/imports/{checked['id']}/refusals.csv"))

    def overtaken(*given: Any) -> Any:
        monkeypatch.undo()
        assert office.send(checked["id"], written([of_third | {"N° candidat": numero(1)}])).status_code == 200
        return check_rows(*given)

    monkeypatch.setattr(import_csv, "check_rows", overtaken)
    assert office.send(checked["id"], written([of_second])).status_code == 409


def test_who_is_absent_of_the_same_spécialité_is_counted_and_completes_the_file(office: ExamOffice) -> None:
    both = (epreuve("E1", "Culture générale"), epreuve("E3", "Droit"))
    office.register(1, 2, 3, 4, epreuves=both)
    office.register(5, epreuves=both, confirmation=replace(saved().confirmation, specialite="Ameublement (25430)"))
    office.end(4)
    wrong = CELLS["convocation"].replace("12/05/2022", "demain")
    checked = office.checked(csv_of([line(1), line(2, wrong)]))
    path = f"/imports/{checked['id']}/check"
    assert office.call("GET", path).get_json() == {"incomplete": 1, "replacing": 0, "beside": 0, "absent": 1}
    scope = {"session": checked["session"], "exam": checked["exam"], "academie": "03", "absent_from": checked["id"]}
    query = "&".join(f"{name}={value}" for name, value in scope.items())
    absent = rows_of(export(office, f"/import-models/convocation?{query}"))
    assert [(row["Ligne refusée"], row["N° candidat"]) for row in absent] == [("", numero(3))] * 2
    absent[0] |= {"Date": "12/05/2022", "Heure": "14:00", "Lieu": "Lycée"}
    again = office.send(checked["id"], written(absent)).get_json()
    assert (again["ready"], again["refused"]) == (2, 1)
    assert office.call("GET", path).get_json()["absent"] == 0
    other = ExamOffice(office.service, academies=("20",), staff_id="staff-2")
    assert other.call("GET", "/import-models/convocation", query_string={**scope, "academie": "20"}).status_code == 404
    measures = office.checked(csv_of([line(1, CELLS["amenagements"])], "amenagements"), type="amenagements")
    assert office.call("GET", f"/imports/{measures['id']}/check").get_json()["absent"] == 0, "few have any"
