"""What is wrong with a file is said line by line, before anything is published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.contracts.publication_rules import MAX_CSV_BYTES, MAX_LINES
from services.contracts.registrations import RegistrationWithdrawn
from services.documents.domain.csv_content import MAX_COLUMNS
from services.documents.domain.document_types import DocumentType
from services.documents.domain.import_columns import COLUMNS, HIGHEST_COEFFICIENT, HIGHEST_MARK
from services.documents.domain.import_rows import MAX_LINES_OF_CANDIDATE
from tests.documents.example_events import saved
from tests.documents.imports.exam_office import CELLS, ExamOffice, candidature, csv_of, line, numero
from tests.documents.text_extraction import text_of_html, text_of_pdf

CONVOCATION = CELLS["convocation"]
IN_THE_GATE = 120


def most_characters(type: DocumentType, name: str) -> int:
    """Of a cell in that column."""
    return next(column.max_length for column in COLUMNS[type] if column.name == name)


MOST_OF_EPREUVE = most_characters(DocumentType.CONVOCATION, "epreuve")
TOO_LONG = CONVOCATION.replace("E1 - Culture générale", "x" * (MOST_OF_EPREUVE + 1))
MOST_OF_MESURE = most_characters(DocumentType.AMENAGEMENTS, "mesure")


def seeded(office: ExamOffice, candidates: int) -> tuple[bytes, dict[int, str]]:
    """A CSV of that many candidates with twelve wrong lines; by the number of each line, what its reason says."""
    office.register(*range(1, candidates + 1))
    amiens = replace(saved().academie, code="20", label="ACADÉMIE D'AMIENS")
    office.register(9001, academie=amiens)
    office.register(9002, session=replace(saved().session, name="2023", label="BTS 2023"))
    office.register(9003, 9004)
    for number, is_ecartee in ((9003, False), (9004, True)):
        id = candidature(number)
        end = RegistrationWithdrawn(id, id, 1, "2021-10-05T08:00:00+00:00", ecartee=is_ecartee)
        office.service.receive(end)
    office.register(9005, 9006, 9007, 9008, 9009, 9010)
    lines = [line(number) for number in range(1, candidates + 1)]
    mistakes = {
        line(8888): "N° candidat inconnu",
        line(9001): "inconnu dans vos académies",
        line(9002): "n'est pas inscrit à la session BTS 2022",
        line(9003): "désinscrite",
        line(9004): "écartée",
        f"12;{CONVOCATION}": "n'est pas un N° candidat",
        line(9005, CONVOCATION.replace("12/05/2022", "31/02/2022")): "« 31/02/2022 » n'est pas une date",
        line(9006, CONVOCATION.replace("14:00", "25:00")): "n'est pas une heure",
        line(9007, TOO_LONG): f"dépasse {MOST_OF_EPREUVE} caractères",
        line(9008, CONVOCATION.replace("E1 - Culture générale", " ")): "« Epreuve » n'est pas rempli",
        line(9009) + ";de trop": "plus de cellules",
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
    checked = office.checked(content)
    refusals = dict(office.refusals(checked["id"]))
    assert {int(place) for place in refusals} == set(expected), refusals
    for place, reason in expected.items():
        assert reason in refusals[str(place)]
    assert (checked["ready"], checked["refused"]) == (candidates, len(expected)) == (candidates, 12)
    office.publish(checked)
    office.work()
    ended = office.read(checked["id"])
    assert (ended["state"], ended["published"], ended["failed"]) == ("published", candidates, 0)
    for number in (1, candidates):
        assert len(office.documents_of(number)) == 1
    assert office.documents_of(9005) == []


def test_twelve_wrong_lines_are_named_and_the_candidates_of_the_others_get_theirs(office: ExamOffice) -> None:
    check_and_publish(office, IN_THE_GATE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ","])
def test_whatever_program_wrote_the_csv_it_is_read(office: ExamOffice, encoding: str, separator: str) -> None:
    office.register(1)
    cells = [numero(1), "E1 - Épreuve écrite", "12/05/2022", "14h", "4 h", '"Lycée Pergaud, œuvre ; BESANCON"', "B 204"]
    headings = ["n° CANDIDAT", "Épreuve", "date", "HEURE", "duree", "Lieu", "Salle", "Nom"]
    text = "\n".join(separator.join(row) for row in (headings, [*cells, "Dubois"], [], [""] * 8))
    checked = office.checked(text.encode(encoding))
    assert (checked["ready"], checked["refused"], checked["unused_columns"]) == (1, 0, ["Nom"])
    preview = text_of_pdf(office.call("GET", f"/imports/{checked['id']}/preview").data)
    assert "Épreuve écrite" in preview
    assert "œuvre ; BESANCON" in preview


def test_a_spreadsheet_that_dropped_the_first_zero_is_understood(office: ExamOffice) -> None:
    office.register(1)
    assert office.checked(csv_of([f"{numero(1)[1:]};{CONVOCATION}"]))["ready"] == 1


def test_a_candidate_with_a_wrong_line_gets_no_half_convocation(office: ExamOffice) -> None:
    office.register(1, 2)
    wrong = line(1, CONVOCATION.replace("E1", "E2").replace("14:00", "quatorze heures"))
    other = line(2, CONVOCATION.replace("14:00", "08:00"))
    checked = office.checked(csv_of([line(1), wrong, line(2), other]))
    assert checked["ready"] == 0
    [first, second, third, fourth] = office.refusals(checked["id"])
    assert first == ("2", "La ligne 3 de ce candidat est à corriger : rien n'est publié pour lui")
    assert "n'est pas une heure" in second[1]
    assert third == ("4", "La ligne 5 de ce candidat est à corriger : rien n'est publié pour lui")
    assert fourth == ("5", "Double de la ligne 4, avec d'autres indications")
    assert office.publish(checked).status_code == 409


@pytest.mark.parametrize(
    ("type", "cells", "reason"),
    [
        ("releve_notes", f"E1;{HIGHEST_MARK},5;3;Admis", "n'est pas une note"),
        ("releve_notes", "E1;12,345;3;Admis", "n'est pas une note"),
        ("releve_notes", "E1;12;0;Admis", "n'est pas un coefficient"),
        ("releve_notes", f"E1;12;{HIGHEST_COEFFICIENT + 1};Admis", "n'est pas un coefficient"),
        ("amenagements", ";Toutes", "« Mesure » n'est pas rempli"),
        ("amenagements", f"{'m' * (MOST_OF_MESURE + 1)};", f"dépasse {MOST_OF_MESURE} caractères"),
    ],
)
def test_marks_coefficients_and_measures_are_checked_too(
    office: ExamOffice, type: str, cells: str, reason: str
) -> None:
    office.register(1)
    checked = office.checked(csv_of([line(1, cells)], type), type=type)
    assert reason in office.refusals(checked["id"])[0][1]


def test_a_candidate_with_more_lines_than_a_document_has_gets_none(office: ExamOffice) -> None:
    office.register(1)
    lines = [line(1, CONVOCATION.replace("E1", f"E{number}")) for number in range(MAX_LINES_OF_CANDIDATE + 1)]
    checked = office.checked(csv_of(lines))
    assert (checked["ready"], checked["refused"]) == (0, len(lines))
    assert f"plus de {MAX_LINES_OF_CANDIDATE} lignes" in office.refusals(checked["id"])[0][1]
    assert office.send(checked["id"], csv_of(lines[1:])).get_json()["ready"] == 1


def test_a_result_is_the_same_on_every_line_of_a_candidate(office: ExamOffice) -> None:
    office.register(1)
    lines = [line(1, "E1;12;3;Admis"), line(1, "E2;12;3;Refusé")]
    checked = office.checked(csv_of(lines, "releve_notes"), type="releve_notes")
    assert "« Résultat » n'est pas le même qu'à la ligne 2" in office.refusals(checked["id"])[1][1]


def test_of_several_candidatures_in_a_session_the_number_of_inscription_decides(office: ExamOffice) -> None:
    office.register(1)
    office.register(2, numero_candidat=numero(1), numero_inscription="002")
    checked = office.checked(csv_of([line(1)]))
    assert "précisez la colonne" in office.refusals(checked["id"])[0][1]
    text = f"N° candidat;N° inscription;Epreuve;Date;Heure;Lieu\n{numero(1)};2;E1;12/05/2022;14:00;Lycée"
    answer = office.send(checked["id"], text.encode())
    assert answer.get_json()["ready"] == 1
    assert office.publish(answer.get_json()).status_code == 202
    office.work()
    assert (len(office.documents_of(1)), len(office.documents_of(2))) == (0, 1)


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://evil";"E1")', "+1+cmd|' /C calc'!A0", "<script>alert(1)</script>", "@SUM(1)"]
)
def test_cells_that_look_like_formulas_or_markup_are_printed_as_text(office: ExamOffice, cell: str) -> None:
    office.register(1)
    quoted = '"' + cell.replace('"', '""') + '"'
    checked = office.checked(csv_of([line(1, f"{quoted};12/05/2022;14:00;;Lycée;")]))
    office.publish(checked)
    office.work()
    [document] = office.documents_of(1)
    page = office.file_of(1, document, "html")
    assert b"<script" not in page
    assert cell in text_of_html(page)
    assert cell.replace(" ", "") in text_of_pdf(office.file_of(1, document)).replace(" ", "").replace("\n", "")


def test_a_corrected_file_replaces_the_one_before(office: ExamOffice) -> None:
    office.register(1, 2)
    checked = office.checked(csv_of([line(1), line(99)]))
    assert (checked["ready"], checked["refused"]) == (1, 1)
    again = office.send(checked["id"], csv_of([line(1), line(2)])).get_json()
    assert (again["ready"], again["refused"], again["revision"]) == (2, 0, checked["revision"] + 1)
    unreadable = office.send(checked["id"], b"\x00\x01")
    assert unreadable.status_code == 422
    assert office.read(checked["id"]) == again, "a file that cannot be read takes nothing away"


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"N\xc2\xb0 candidat;Epreuve;Date;Heure;Lieu;Lieu\n", "deux fois"),
        (csv_of([]), "aucune ligne"),
        (csv_of([line(1) + '"']), "aucune ligne"),
        (csv_of([f'{numero(1)};"E1']), "La ligne 2 ne peut pas être lue"),
        (csv_of([line(number) for number in range(MAX_LINES + 1)]), f"plus de {MAX_LINES} lignes"),
        ("N° candidat;Epreuve".encode("utf-16"), "n'est pas un texte"),
        (";".join("x" * (MAX_COLUMNS + 1)).encode(), f"plus de {MAX_COLUMNS} colonnes"),
    ],
)
def test_a_file_of_which_nothing_can_be_taken_is_refused_as_a_whole(
    office: ExamOffice, content: bytes, detail: str
) -> None:
    answer = office.send(office.create(), content)
    if detail == "aucune ligne" and b'"' in content:
        assert answer.status_code == 200, "a lone quote within a cell is a character like another"
        return
    assert (answer.status_code, detail in answer.get_json()["detail"]) == (422, True), answer.text
    assert answer.get_json()["errors"][0]["pointer"] == "#/fichier"


def test_a_file_that_is_too_large_is_refused(office: ExamOffice) -> None:
    assert office.send(office.create(), b"x" * (MAX_CSV_BYTES + 1)).status_code == 413
