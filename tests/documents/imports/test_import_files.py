"""What is read of an exam office's CSV, and the reason of each line that is not taken."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from services.chassis.errors import FieldError, Invalid
from services.contracts.accounts import Identity
from services.contracts.document_rules import MAX_LINES, DocumentType
from services.documents.domain import import_columns, import_csv
from services.documents.domain.import_csv import (
    MAX_LINES_OF_CANDIDATE,
    CheckedImport,
    check_rows,
    read_csv,
)
from services.documents.domain.recipients import (
    Activity,
    Candidature,
    RecipientRefused,
    Recipients,
    Scope,
)
from services.registrations.domain.registration_numbers import numero_candidat, numero_inscription
from tests.documents.example_events import epreuve
from tests.documents.imports.exam_office import CELLS, candidature, csv_of, line, numero

CONVOCATION = CELLS["convocation"]
BTS_2022 = Scope("BTS", "2022", "03")
EPREUVES = (
    epreuve("E1", "Culture générale"),
    epreuve("E2", "Langue vivante"),
    epreuve("E2-A", "Écrit", parent="E2", option="Anglais"),
    epreuve("E2-B", "Oral", parent="E2"),
    epreuve("E3", "Droit", position="non_inscrit"),
)


def column(name: str) -> import_columns.Column:
    return next(
        column
        for columns in import_columns.COLUMNS.values()
        for column in columns
        if column.name == name
    )


def registered(
    number: int, inscription: str = "001", activity: Activity = Activity.ACTIVE
) -> Candidature:
    return Candidature(
        candidature(number), numero(number), inscription, "BTS", "2022", "03", activity
    )


def checked(lines: Iterable[str], type: DocumentType = DocumentType.CONVOCATION) -> CheckedImport:
    """The report of a CSV, where numbers 1 and 2 are registered."""
    content = read_csv(csv_of(lines, type), import_columns.COLUMNS[type])
    return check_rows(type, content, Recipients(BTS_2022, [registered(1), registered(2)]))


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8", ";"), ("utf-8-sig", ","), ("cp1252", ";")]
)
def test_whatever_program_wrote_the_csv_it_is_read(encoding: str, separator: str) -> None:
    headings = ["n° CANDIDAT", "Épreuve", "date", "HEURE", "duree", "Lieu", "Salle", "Remarque"]
    cells = [
        numero(1),
        "E1 - Épreuve écrite",
        "12/05/2022",
        "14h",
        "4 h",
        '"Lycée Pergaud, œuvre ; BESANCON"',
        "B 204",
    ]
    text = "\n".join(
        separator.join(row)
        for row in (headings, [*cells, "Dubois"], [], [""] * 8, [*cells, "Durand"])
    )
    content = read_csv(text.encode(encoding), import_columns.COLUMNS[DocumentType.CONVOCATION])
    assert (content.refusals, content.unused_columns) == ((), ("Remarque",))
    assert list(content.lines) == [2, 5]
    assert content.lines[2]["lieu"] == "Lycée Pergaud, œuvre ; BESANCON"
    assert content.lines[2]["epreuve"] == "E1 - Épreuve écrite"
    quoted = read_csv(
        csv_of([line(1) + '"']), import_columns.COLUMNS[DocumentType.CONVOCATION]
    ).lines[2]
    assert quoted["salle"] == 'B 204"', "a lone quote is a character like another"


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "Il manque les colonnes « N° candidat », « Epreuve »"),
        (b"N\xc2\xb0 candidat;Epreuve;Date;Heure\n", "Il manque la colonne « Lieu »"),
        (b"N\xc2\xb0 candidat;Epreuve;Date;Heure;Lieu;Lieu\n", "« Lieu » est présente deux fois"),
        (csv_of([]), "aucune ligne"),
        (csv_of([line(1), "", f'{numero(1)};"E1']), "La ligne 4 ne peut pas être lue"),
        (csv_of([line(number) for number in range(MAX_LINES + 1)]), f"plus de {MAX_LINES} lignes"),
        (b"PK\x03\x04", "est un classeur"),
        ("N° candidat;Epreuve".encode("utf-16"), "n'est pas un texte"),
        (b"\x00\x01", "n'est pas un texte"),
        (
            ";".join("x" * (import_csv.MAX_COLUMNS + 1)).encode(),
            f"plus de {import_csv.MAX_COLUMNS} colonnes",
        ),
    ],
)
def test_a_file_of_which_nothing_can_be_taken_is_refused_as_a_whole(
    content: bytes, detail: str
) -> None:
    with pytest.raises(Invalid, match=re.escape(detail)) as refusal:
        read_csv(content, import_columns.COLUMNS[DocumentType.CONVOCATION])
    assert refusal.value.errors == (FieldError(import_csv.FILE, str(refusal.value)),)


READ = {
    "numero_candidat": {numero(1)[1:]: numero(1)},
    "numero_inscription": {"2": "002"},
    "date": {"1/5/2022": "2022-05-01", "2022-05-12": "2022-05-12"},
    "heure": {"14h": "14:00", "8h30": "08:30", "23:59:00": "23:59"},
    "note": {f"{import_columns.HIGHEST_MARK},00": "20", "0": "0", "12.50": "12,5", "abs": "Absent"},
    "coefficient": {"0,5": "0,5", str(import_columns.HIGHEST_COEFFICIENT): "100"},
    "salle": {" \u202e": ""},
}
NO_DATE, NO_MARK, NO_COEFFICIENT = (
    f"n'est pas {what}" for what in ("une date", "une note", "un coefficient")
)
REFUSED = {
    "numero_candidat": {"12": "« N° candidat » : « 12 » n'est pas un N° candidat"},
    "numero_inscription": {"1234": "n'est pas un N° d'inscription"},
    "date": {
        "31/02/2022": f"« 31/02/2022 » {NO_DATE}",
        "12/05/22": NO_DATE,
        "x" * 41: f"« {'x' * 40}… » {NO_DATE}",
    },
    "heure": {"24:00": "n'est pas une heure", "14:60": "n'est pas une heure"},
    "note": {f"{import_columns.HIGHEST_MARK},01": NO_MARK, "12,345": NO_MARK},
    "coefficient": {"0": NO_COEFFICIENT, f"{import_columns.HIGHEST_COEFFICIENT},5": NO_COEFFICIENT},
    "mesure": {" ": "« Mesure » n'est pas rempli"},
}


@pytest.mark.parametrize("name", READ)
def test_a_cell_is_understood_as_spreadsheets_and_people_write_it(name: str) -> None:
    assert {cell: import_columns.value_of(column(name), cell) for cell in READ[name]} == READ[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_cell_that_cannot_be_taken_is_refused_with_the_reason(name: str) -> None:
    for cell, reason in REFUSED[name].items():
        with pytest.raises(import_columns.CellRefused, match=re.escape(reason)):
            import_columns.value_of(column(name), cell)


def test_a_text_is_as_long_as_its_hint_says() -> None:
    for text in (
        column
        for columns in import_columns.COLUMNS.values()
        for column in columns
        if column.read is None
    ):
        assert f"{text.max_length} caractères au plus" in text.hint
        assert import_columns.value_of(text, "x" * text.max_length)
        with pytest.raises(
            import_columns.CellRefused, match=f"dépasse {text.max_length} caractères"
        ):
            import_columns.value_of(text, "x" * (text.max_length + 1))


def test_the_numbers_that_registrations_gives_are_read() -> None:
    numeros = (numero_candidat(2022, "03", 1), numero_inscription(1))
    read = (
        import_columns.value_of(import_columns.NUMERO_CANDIDAT, numeros[0]),
        import_columns.value_of(import_columns.NUMERO_INSCRIPTION, numeros[1]),
    )
    assert read == numeros
    assert import_columns.NUMERO_CANDIDAT.hint == "Onze chiffres"
    assert import_columns.NUMERO_INSCRIPTION.hint.split(" ;")[0] == "Trois chiffres"


def test_a_candidate_with_a_wrong_line_gets_no_half_convocation() -> None:
    wrong = line(1, CONVOCATION.replace("E1", "E2").replace("14:00", "quatorze heures"))
    other = line(2, CONVOCATION.replace("14:00", "08:00"))
    report = checked([line(1), wrong, line(2), other])
    assert report.documents == ()
    [first, second, third, fourth] = [
        (refusal.place, refusal.reason) for refusal in report.refusals
    ]
    assert first == ("2", "La ligne 3 de ce candidat est à corriger : rien n'est publié pour lui")
    assert "n'est pas une heure" in second[1]
    assert third == ("4", "La ligne 5 de ce candidat est à corriger : rien n'est publié pour lui")
    assert fourth == ("5", "Double de la ligne 4, avec d'autres indications")


def test_a_candidate_with_more_lines_than_a_document_has_gets_none() -> None:
    lines = [
        line(1, CONVOCATION.replace("E1", f"E{number}"))
        for number in range(MAX_LINES_OF_CANDIDATE + 1)
    ]
    report = checked(lines)
    assert {refusal.reason for refusal in report.refusals} == {
        f"Ce candidat a plus de {MAX_LINES_OF_CANDIDATE} lignes"
    }
    assert (len(report.documents), len(report.refusals)) == (0, len(lines))
    assert len(checked(lines[1:]).documents[0].lines) == MAX_LINES_OF_CANDIDATE


def test_a_line_names_an_épreuve_by_its_code_or_its_whole_label() -> None:
    of_e2a = ("E2-A - Écrit : Anglais", "e2a", "ECRIT")
    said = {
        "E2 Langue vivante": "E2",
        **dict.fromkeys(of_e2a, "E2-A"),
        "Écrit de secours": None,
        "E20 - Écrit": None,
    }
    assert {text: import_columns.code_in(text, EPREUVES) for text in said} == said


@pytest.mark.parametrize(
    ("texts", "missing"),
    [
        (["E1"], ["E2-A - Écrit : Anglais", "E2-B - Oral"]),
        (["E1", "E2-A"], ["E2-B - Oral"]),
        (["E1", "E2"], []),
    ],
)
def test_what_is_sat_is_without_line_unless_it_or_its_maîtresse_has_one(
    texts: list[str], missing: list[str]
) -> None:
    assert import_columns.without_line(texts, EPREUVES) == missing


def test_a_result_that_one_line_alone_has_is_blamed_on_that_line() -> None:
    lines = [
        line(1, f"E{number};12;3;{result}")
        for number, result in enumerate(("Refusé", "Admis", "Admis"), 1)
    ]
    waits = "La ligne 2 de ce candidat est à corriger : rien n'est publié pour lui"
    reasons = [refusal.reason for refusal in checked(lines, DocumentType.RELEVE).refusals]
    assert reasons == ["« Résultat » n'est pas le même qu'à la ligne 3", waits, waits]


PERSON = Identity(
    1,
    "MADAME",
    "LE GOFF-ÉRARD",
    "Martin",
    "Zoë Marie-Ange",
    "2002-01-09",
    "100",
    "025",
    "BESANCON",
    "",
)
NAMED = "N° candidat;Nom;Prénoms;Date de naissance;Epreuve;Note;Coefficient"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("le goff erard;ZOE;9/1/2002", None),
        ("LE GOFF-ÉRARD (Martin);Zoë Marie Ange;09/01/2002", None),
        ("MARTIN;;", None),
        ("DUPONT;Zoë;09/01/2002", "« Nom » : « DUPONT »"),
        (
            ";Zoé Anne;01/09/2002",
            "« Prénoms » : « Zoé Anne », « Date de naissance » : « 01/09/2002 »",
        ),
    ],
)
def test_a_line_that_names_another_person_than_its_number_gives_nobody_a_mark(
    cells: str, said: str | None
) -> None:
    content = read_csv(
        f"{NAMED}\n{numero(1)};{cells};E1;12;3".encode(),
        import_columns.COLUMNS[DocumentType.RELEVE],
    )
    known = Recipients(BTS_2022, [replace(registered(1), identity=PERSON)])
    report = check_rows(DocumentType.RELEVE, content, known)
    who = "LE GOFF-ÉRARD (Martin) Zoë Marie-Ange, né(e) le 09/01/2002"
    expected = [f"{said}, mais ce N° candidat est celui de {who}"] if said else []
    assert [refusal.reason for refusal in report.refusals] == expected
    assert len(report.documents) == (0 if said else 1)


def test_of_several_candidatures_in_a_session_the_number_of_inscription_decides() -> None:
    ended = registered(1, "003", Activity.WITHDRAWN)
    recipients = Recipients(BTS_2022, [registered(1), registered(1, "002"), ended])
    assert recipients.find(numero(1), "002").numero_inscription == "002"
    for inscription, reason in (
        ("", "précisez la colonne « N° inscription »"),
        ("003", "est désinscrite"),
        ("004", "n'a pas d'inscription 004"),
    ):
        with pytest.raises(RecipientRefused, match=reason):
            recipients.find(numero(1), inscription)
