"""The columns of the CSV of each type of document, with what a model of it holds, and how a cell is
read.

A candidate has a line for each épreuve or measure; what concerns the whole document is repeated on
each.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from services.contracts.accounts import Identity
from services.contracts.candidate_numbers import (
    NUMERO_CANDIDAT_LENGTH_IN_WORDS,
    NUMERO_INSCRIPTION_LENGTH_IN_WORDS,
    numero_candidat_in,
    numero_inscription_in,
)
from services.contracts.document_rules import DocumentType
from services.contracts.registrations import EpreuveLine, RegistrationSaved
from services.french import short_date
from services.reference.text import folded

HIGHEST_MARK = Decimal(20)
HIGHEST_COEFFICIENT = Decimal(100)


@dataclass(frozen=True)
class Column:
    """`label` heads the column, as it is written in the first line of the file. `max_length` in
    characters, which `hint_template` may name. `examples`: the cells of the model's lines.
    `whole_document`: the same on every line of a candidate. `read`: how a cell of it is stored,
    None as its text; raises CellRefused."""

    name: str
    label: str
    hint_template: str
    examples: tuple[str, str]
    required: bool = True
    max_length: int = 120
    whole_document: bool = False
    read: Callable[["Column", str], str] | None = None

    @property
    def hint(self) -> str:
        """Return what people read of the column, beside its label."""
        return self.hint_template.format(max_length=self.max_length)


MARKS = {"ABS": "Absent", "AB": "Absent", "DISP": "Dispensé", "DI": "Dispensé"}
_SHOWN = 40  # characters of a cell that a reason repeats
_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"(\d{1,2})\s*(?::|[hH])\s*(\d{2})?(?::00)?")


class CellRefused(ValueError):
    """The cell cannot be taken; the message is the reason, in French."""


def value_of(column: Column, cell: str) -> str:
    """Return a cell as it is stored: dates in ISO form, times as 14:00, numbers with a comma; empty
    for an empty cell that is not required.

    Raises CellRefused.
    """
    text = cleaned_text(cell)
    if not text:
        if column.required:
            raise CellRefused(f"« {column.label} » n'est pas rempli")
        return ""
    if len(text) > column.max_length:
        raise CellRefused(f"« {column.label} » dépasse {column.max_length} caractères")
    return column.read(column, text) if column.read else text


def cleaned_text(cell: str) -> str:
    """Return a cell's text on one line, in NFC, without characters that only steer."""
    spaced = " ".join(unicodedata.normalize("NFC", cell).split())
    return "".join(character for character in spaced if unicodedata.category(character)[0] != "C")


def _numero_candidat(column: Column, text: str) -> str:
    numero = numero_candidat_in(text.replace(" ", ""))
    if numero is None:
        raise _refused(
            column, text, f"n'est pas un N° candidat ({NUMERO_CANDIDAT_LENGTH_IN_WORDS})"
        )
    return numero


def _numero_inscription(column: Column, text: str) -> str:
    numero = numero_inscription_in(text)
    if numero is None:
        raise _refused(
            column, text, f"n'est pas un N° d'inscription ({NUMERO_INSCRIPTION_LENGTH_IN_WORDS})"
        )
    return numero


def _date(column: Column, text: str) -> str:
    try:
        if match := _FRENCH_DATE.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise _refused(column, text, "n'est pas une date (jj/mm/aaaa)")


def _time(column: Column, text: str) -> str:
    match = _TIME.fullmatch(text)
    if (
        match is None
        or int(match[1]) > 23
        or int(match[2] or 0) > 59
        or not (match[2] or text[-1] in "hH")
    ):
        raise _refused(column, text, "n'est pas une heure (14:00)")
    return f"{int(match[1]):02d}:{match[2] or '00'}"


def _mark(column: Column, text: str) -> str:
    if label := MARKS.get(text.upper()):
        return label
    mark = _number(text)
    if mark is None or mark > HIGHEST_MARK:
        raise _refused(column, text, f"n'est pas une note (de 0 à {HIGHEST_MARK}, ABS ou DISP)")
    return _written(mark)


def _coefficient(column: Column, text: str) -> str:
    number = _number(text)
    if number is None or not 0 < number <= HIGHEST_COEFFICIENT:
        raise _refused(column, text, "n'est pas un coefficient")
    return _written(number)


def _number(text: str) -> Decimal | None:
    """Read a positive number with two decimals at most; return None for any other text."""
    plain = text.replace(" ", "").replace(",", ".")
    return Decimal(plain) if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,2})?", plain) else None


def _written(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def _refused(column: Column, text: str, what: str) -> CellRefused:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return CellRefused(f"« {column.label} » : « {shown} » {what}")


NUMERO_CANDIDAT = Column(
    "numero_candidat",
    "N° candidat",
    NUMERO_CANDIDAT_LENGTH_IN_WORDS.capitalize(),
    ("02103000001", "02103000001"),
    read=_numero_candidat,
)
NUMERO_INSCRIPTION = Column(
    "numero_inscription",
    "N° inscription",
    f"{NUMERO_INSCRIPTION_LENGTH_IN_WORDS.capitalize()} ; seulement si un candidat a plusieurs "
    "candidatures à cette session",
    ("001", "001"),
    required=False,
    whole_document=True,
    read=_numero_inscription,
)
NOM = Column(
    "nom", "Nom", "De ce N° candidat, {max_length} caractères au plus", ("", ""), False, 300
)
PRENOMS = Column(
    "prenoms", "Prénoms", "De même, {max_length} caractères au plus", ("", ""), False, 300
)
DATE_NAISSANCE = Column(
    "date_naissance", "Date de naissance", "De même, jj/mm/aaaa", ("", ""), False, read=_date
)
CANDIDATE = (NUMERO_CANDIDAT, NUMERO_INSCRIPTION, NOM, PRENOMS, DATE_NAISSANCE)
"""Whom a line is for; who it names is compared with whose number it has."""
EPREUVE = Column(
    "epreuve",
    "Epreuve",
    "Son intitulé, {max_length} caractères au plus",
    ("E1 - Culture générale et expression", "E2 - Langue vivante 1 : Anglais"),
)

COLUMNS: dict[DocumentType, tuple[Column, ...]] = {
    DocumentType.CONVOCATION: (
        *CANDIDATE,
        EPREUVE,
        Column("date", "Date", "jj/mm/aaaa", ("12/05/2022", "13/05/2022"), read=_date),
        Column(
            "heure",
            "Heure",
            "14:00 ou 14h00, heure du lieu de l'épreuve",
            ("14:00", "08:30"),
            read=_time,
        ),
        Column("duree", "Durée", "{max_length} caractères au plus", ("4 h", "20 min"), False, 20),
        Column(
            "lieu",
            "Lieu",
            "Centre et adresse, {max_length} caractères au plus",
            (
                "Lycée Pergaud, 91 boulevard Léon Blum, 25000 BESANCON",
                "Lycée Pergaud, 25000 BESANCON",
            ),
            max_length=200,
        ),
        Column("salle", "Salle", "{max_length} caractères au plus", ("B 204", "C 12"), False, 40),
    ),
    DocumentType.RELEVE: (
        *CANDIDATE,
        EPREUVE,
        Column(
            "note",
            "Note",
            f"De 0 à {HIGHEST_MARK}, avec deux décimales au plus ; ABS : absent, DISP : dispensé",
            ("12,5", "ABS"),
            read=_mark,
        ),
        Column(
            "coefficient",
            "Coefficient",
            f"Plus de 0, {HIGHEST_COEFFICIENT} au plus",
            ("3", "2"),
            read=_coefficient,
        ),
        Column(
            "resultat",
            "Résultat",
            "Le même sur toutes les lignes d'un candidat, {max_length} caractères au plus",
            ("Admis", "Admis"),
            required=False,
            max_length=80,
            whole_document=True,
        ),
    ),
    DocumentType.AMENAGEMENTS: (
        *CANDIDATE,
        Column(
            "mesure",
            "Mesure",
            "L'aménagement accordé, {max_length} caractères au plus",
            ("Temps majoré d'un tiers", "Sujets en gros caractères"),
            max_length=300,
        ),
        Column(
            "epreuves",
            "Epreuves concernées",
            "{max_length} caractères au plus ; toutes si la cellule est vide",
            ("Epreuves écrites", ""),
            required=False,
            max_length=200,
        ),
    ),
}
"""The types that can be made from a CSV."""

# Two lines of a candidate with the same cells here speak of the same thing.
KEYS: dict[DocumentType, tuple[str, ...]] = {
    DocumentType.CONVOCATION: ("epreuve",),
    DocumentType.RELEVE: ("epreuve",),
    DocumentType.AMENAGEMENTS: ("mesure", "epreuves"),
}


REASON_HEADING = "Motif du refus"
LINE_HEADING = "Ligne refusée"
FILLED = frozenset(column.name for column in (*CANDIDATE, EPREUVE))
"""A line of a filled model that holds nothing else came back as it was."""


def example_lines(document_type: DocumentType) -> Iterator[tuple[str, ...]]:
    """Yield the two lines of a model that is not filled."""
    columns = COLUMNS[document_type]
    for place in range(2):
        yield tuple(column.examples[place] for column in columns)


def model_headings(document_type: DocumentType) -> tuple[str, ...]:
    """Return the headings of a model, filled or not."""
    return tuple(column.label for column in COLUMNS[document_type])


def filled_lines(
    document_type: DocumentType, saved: RegistrationSaved
) -> Iterator[tuple[str, ...]]:
    """Yield a model's line for each épreuve that the candidate sits; one line where the type is not
    about épreuves."""
    columns = COLUMNS[document_type][len(CANDIDATE) :]
    titles = [_title(line) for line in _sat(saved.epreuves)]
    for title in titles if titles and EPREUVE in columns else [""]:
        cells = (title[: EPREUVE.max_length] if column is EPREUVE else "" for column in columns)
        yield (
            saved.numero_candidat,
            saved.numero_inscription,
            *person_cells(saved.identity),
            *cells,
        )


def person_cells(person: Identity) -> tuple[str, str, str]:
    """Return name, first names and birth date, as a model has them."""
    name = f"{person.nom_famille} ({person.nom_usage})" if person.nom_usage else person.nom_famille
    return name, person.prenoms, short_date(date.fromisoformat(person.date_naissance))


def another_person(values: Mapping[str, str], person: Identity | None) -> str | None:
    """Say what a line tells of a person that is not so of its candidate, and who that is.

    None where it tells nothing wrong. The name of birth or of use will do, and the first of several
    first names.
    """
    if person is None:
        return None
    name, prenoms, born = person_cells(person)
    known: dict[Column, Iterable[str]] = {
        NOM: (person.nom_famille, person.nom_usage or "", name),
        PRENOMS: accumulate(folded(prenoms).split()),
        DATE_NAISSANCE: (person.date_naissance,),
    }
    wrong: list[str] = []
    for column, own in known.items():
        text = values.get(column.name)
        if text and _name(text) not in map(_name, own):
            shown = short_date(date.fromisoformat(text)) if column is DATE_NAISSANCE else text
            wrong.append(f"« {column.label} » : « {shown} »")
    if not wrong:
        return None
    return f"{', '.join(wrong)}, mais ce N° candidat est celui de {name} {prenoms}, né(e) le {born}"


def _sat(epreuves: Sequence[EpreuveLine]) -> Iterator[EpreuveLine]:
    """Yield the épreuves that the candidate sits: of a maîtresse, its children."""
    parents = {line.parent for line in epreuves}
    return (line for line in epreuves if line.position == "inscrit" and line.code not in parents)


def _title(epreuve: EpreuveLine) -> str:
    return f"{epreuve.code} - {epreuve.label}{f' : {epreuve.option}' if epreuve.option else ''}"


def code_in(text: str, epreuves: Sequence[EpreuveLine]) -> str | None:
    """Return the code of the épreuve that a line speaks of, by its code in front or by its label;
    None where it is none of these."""
    code = _name(text.partition(" ")[0])
    label = _name(text)
    for epreuve in epreuves:
        if _name(epreuve.code) == code or _name(epreuve.label) == label:
            return epreuve.code
    return None


def without_line(texts: Iterable[str], epreuves: Sequence[EpreuveLine]) -> list[str]:
    """Return the titles of the épreuves that are sat and that no line speaks of; the line of a
    maîtresse speaks of its children."""
    with_line = {code_in(text, epreuves) for text in texts} - {None}
    return [_title(line) for line in _sat(epreuves) if not with_line & {line.code, line.parent}]


def _name(text: str) -> str:
    """Fold a code or a name: « E2-A », « e2 a » and « E2A » are one code."""
    return folded(text).replace(" ", "")
