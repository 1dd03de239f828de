"""Reads the CSV that an exam office sends, whatever program wrote it, checks its lines one by one,
and puts together what each candidate's document says.

A candidate with a wrong line gets nothing: half a convocation would be taken for a whole one. That
is so of a line whose cells cannot be told apart, too, where it says whose it is.
"""

import csv
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.chassis.csv_format import text_of_safe_cell
from services.chassis.errors import FieldError, Invalid
from services.contracts.candidate_numbers import NUMERO_CANDIDAT_FORM
from services.contracts.document_rules import MAX_LINES, DocumentType
from services.documents.domain.import_columns import (
    CANDIDATE,
    COLUMNS,
    EPREUVE,
    FILLED,
    KEYS,
    LINE_HEADING,
    NUMERO_CANDIDAT,
    NUMERO_INSCRIPTION,
    REASON_HEADING,
    CellRefused,
    Column,
    another_person,
    cleaned_text,
    code_in,
    value_of,
    without_line,
)
from services.documents.domain.recipients import Candidature, RecipientRefused, Recipients

FILE = "#/fichier"
MAX_COLUMNS = 100
_Lines = Mapping[int, list[str]]
_NO_LINES: _Lines = {1: []}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS, XLS
MISSHAPEN = (
    "La ligne a plus de cellules que la première : vérifiez les séparateurs et les guillemets"
)
_NUMERO = re.compile(NUMERO_CANDIDAT_FORM)
UNMATCHED = (
    f"Sans la colonne « {LINE_HEADING} », les refus de ce fichier remplacent tous ceux d'avant"
)


Values = dict[str, str]
"""The values of a line, by the names of the columns."""


@dataclass(frozen=True)
class Refusal:
    """Why a line or a file is not published. `place`: the number of the line, or the name of the
    file. `is_repeated`: of a line that another one says, so that there is nothing to mend."""

    place: str
    numero_candidat: str
    reason: str
    is_repeated: bool = False


@dataclass(frozen=True)
class CsvContent:
    """`lines`: their cells, by where they begin in the file, the headings being line 1; `refusals`:
    of those whose cells cannot be told apart. `unused_columns`: headings that no column of the type
    has. `unfilled`: how many lines came back as a model had them. `completes`: whether it is of
    lines refused before; `headings` and `records` (by their numbers) are without the columns that
    say so."""

    lines: Mapping[int, Values]
    refusals: tuple[Refusal, ...]
    unused_columns: tuple[str, ...]
    unfilled: int
    completes: bool
    headings: list[str]
    records: Mapping[int, list[str]]


def read_csv(content: bytes, columns: Sequence[Column], earlier: _Lines = _NO_LINES) -> CsvContent:
    """Read the lines of a CSV in UTF-8 (with or without BOM) or Windows-1252, separated by « ; » or
    « , ».

    Where it is of refused lines, those of the `earlier` ones (by their numbers, the headings being
    line 1) that are not in it are added.

    Raises Invalid, with the reason, for a file that cannot be read as a whole.
    """
    records = _records(_decoded(content))
    _, headings = next(records, (1, []))
    marks = {
        text: place
        for place, text in enumerate(map(folded_heading, headings))
        if text in (_REASON, _LINE)
    }
    headings = _without(headings, marks)
    places = _places(headings, columns)
    refusals: list[Refusal] = []
    if marks:
        if _LINE not in marks and len(earlier) > 1:
            refusals = [Refusal("1", "", UNMATCHED)]
            earlier = _NO_LINES
        records = _completed(records, marks, headings, earlier)
    lines: dict[int, Values] = {}
    taken: dict[int, list[str]] = {}
    unfilled = 0
    for number, cells in records:
        if any(cell.strip() for cell in cells[len(headings) :]):
            numero = _numero_of_misshapen(cells, places[NUMERO_CANDIDAT.name])
            refusals.append(Refusal(str(number), numero, MISSHAPEN))
        elif any(
            _cell(cells, place).strip() for name, place in places.items() if name not in FILLED
        ):
            lines[number] = {name: _cell(cells, place) for name, place in places.items()}
        else:
            unfilled += 1
            continue
        taken[number] = cells
        if len(taken) > MAX_LINES:
            raise refused(
                f"Le fichier a plus de {MAX_LINES} lignes : envoyez-le en plusieurs parties."
            )
    if not taken and not unfilled:
        raise refused("Le fichier n'a aucune ligne sous celle des intitulés.")
    others = (
        text.strip()[:80] for place, text in enumerate(headings) if place not in places.values()
    )
    unused = tuple(filter(None, others))
    return CsvContent(lines, tuple(refusals), unused, unfilled, bool(marks), headings, taken)


def _completed(
    records: Iterable[tuple[int, list[str]]],
    marks: Mapping[str, int],
    headings: list[str],
    earlier: _Lines,
) -> Iterator[tuple[int, list[str]]]:
    """Return the earlier lines in their order, each as it came back where it did; what was added is
    numbered behind them."""
    places = {heading: place for place, heading in enumerate(earlier[1])}
    last = max(earlier)
    lines = {
        number: (
            [_cell(cells, places.get(heading, len(cells))) for heading in headings]
            + cells[len(earlier[1]) :]
        )
        for number, cells in earlier.items()
        if number > 1
    }
    awaited = {str(number): number for number in lines}
    for number, cells in records:
        line = _cell(cells, marks.get(_LINE, len(cells))).strip()
        lines[awaited.pop(line, last + number - 1)] = list(
            map(text_of_safe_cell, _without(cells, marks))
        )
    return iter(sorted(lines.items()))


def _without(cells: Sequence[str], marks: Mapping[str, int]) -> list[str]:
    return [cell for place, cell in enumerate(cells) if place not in marks.values()]


def refused(detail: str) -> Invalid:
    """Return the error to raise for a file of which nothing can be taken."""
    return Invalid(detail, errors=(FieldError(FILE, detail),))


def folded_heading(text: str) -> str:
    """Return a heading's letters and digits alone, without accents and case: « N° candidat » and
    « n° Candidat » are the same."""
    plain = unicodedata.normalize("NFKD", text.replace("°", "").replace("º", "")).casefold()
    return "".join(character for character in plain if character.isalnum())


_REASON = folded_heading(REASON_HEADING)
_LINE = folded_heading(LINE_HEADING)


def _decoded(content: bytes) -> str:
    if content.startswith(_WORKBOOKS):
        raise refused("Ce fichier est un classeur : enregistrez-le au format CSV, puis envoyez-le.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise refused(
        "Ce fichier n'est pas un texte : enregistrez le tableau au format CSV (UTF-8), puis "
        "envoyez-le."
    )


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not empty."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = ";" if first.count(";") >= first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        detail = f"La ligne {number} ne peut pas être lue : vérifiez ses guillemets."
        raise refused(detail) from error


def _places(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Return where each column stands. Raises Invalid for one that is missing or there twice."""
    if len(headings) > MAX_COLUMNS:
        raise refused(f"Le fichier a plus de {MAX_COLUMNS} colonnes.")
    folded = [folded_heading(heading) for heading in headings]
    wanted = {column: folded_heading(column.label) for column in columns}
    missing = [
        f"« {own.label} »" for own, text in wanted.items() if own.required and text not in folded
    ]
    if missing:
        what = "la colonne" if len(missing) == 1 else "les colonnes"
        raise refused(f"Il manque {what} {', '.join(missing)} (première ligne).")
    twice = [column.label for column, heading in wanted.items() if folded.count(heading) > 1]
    if twice:
        raise refused(f"La colonne « {twice[0]} » est présente deux fois.")
    return {
        column.name: folded.index(heading)
        for column, heading in wanted.items()
        if heading in folded
    }


def _numero_of_misshapen(cells: Sequence[str], place: int) -> str:
    """Return the N° candidat of a line whose cells may have shifted, or "" where none can be read.

    `place`: of the column. Without a N° candidat there, the line's is the only one among its other
    cells that has all its digits: ten digits alone may be a telephone number.
    """
    in_column = numero_in_cell(_cell(cells, place))
    if in_column is not None:
        return in_column
    elsewhere = {cleaned_text(cell) for cell in cells}
    numeros = [text for text in elsewhere if _NUMERO.fullmatch(text)]
    return numeros[0] if len(numeros) == 1 else ""


def numero_in_cell(cell: str) -> str | None:
    """Return the N° candidat that a cell holds, with its zero; None where it holds none."""
    try:
        return value_of(NUMERO_CANDIDAT, cell)
    except CellRefused:
        return None


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


MAX_LINES_OF_CANDIDATE = 60
"""A document of more épreuves or measures is a mistake of the file."""
_SHOWN_NUMERO = 20  # characters


@dataclass(frozen=True)
class CheckedDocument:
    """A document to be published for a candidature: the values of its lines, in the order of the
    file, each without the candidate's own columns."""

    candidature: Candidature
    lines: tuple[Values, ...]


@dataclass(frozen=True)
class CheckedImport:
    documents: tuple[CheckedDocument, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class _Row:
    number: int
    values: Values

    @property
    def numero(self) -> str:
        return self.values[NUMERO_CANDIDAT.name]

    def refusal(self, reason: str, *, is_repeated: bool = False) -> Refusal:
        return Refusal(str(self.number), self.numero, reason, is_repeated)


def numeros_of(content: CsvContent) -> frozenset[str]:
    """Return every N° candidat of the file that has the form of one."""
    numeros = (numero_in_cell(cells[NUMERO_CANDIDAT.name]) for cells in content.lines.values())
    return frozenset(numero for numero in numeros if numero is not None)


def check_rows(
    document_type: DocumentType, content: CsvContent, recipients: Recipients
) -> CheckedImport:
    """Put together the documents of the right lines, and the reason of each other line, in the
    order of the file."""
    refusals = list(content.refusals)
    blocked = {
        refusal.numero_candidat: int(refusal.place)
        for refusal in reversed(content.refusals)
        if refusal.numero_candidat
    }
    rows: dict[str, list[_Row]] = defaultdict(list)
    for number, cells in content.lines.items():
        values, reasons = _read(cells, COLUMNS[document_type])
        numero = values.get(NUMERO_CANDIDAT.name)
        if numero and reasons:
            blocked[numero] = min(number, blocked.get(numero, number))
        if reasons:
            shown = numero or cleaned_text(cells.get(NUMERO_CANDIDAT.name, ""))[:_SHOWN_NUMERO]
            refusals.append(Refusal(str(number), shown, " ; ".join(reasons)))
        elif numero:
            rows[numero].append(_Row(number, values))
    documents: list[CheckedDocument] = []
    for numero, own_rows in rows.items():
        document, refused = _document(document_type, own_rows, recipients, blocked.get(numero))
        if document is not None:
            documents.append(document)
        refusals += refused
    in_order = sorted(refusals, key=lambda refusal: int(refusal.place))
    return CheckedImport(tuple(documents), tuple(in_order))


def _read(cells: Values, columns: Sequence[Column]) -> tuple[Values, list[str]]:
    """Return the values of a line, and why others of its cells cannot be taken."""
    values: Values = {}
    reasons: list[str] = []
    for column in columns:
        try:
            values[column.name] = value_of(column, cells.get(column.name, ""))
        except CellRefused as refused:
            reasons.append(str(refused))
    return values, reasons


def _document(
    document_type: DocumentType, rows: Sequence[_Row], recipients: Recipients, blocking: int | None
) -> tuple[CheckedDocument | None, list[Refusal]]:
    """Return one candidate's document, None where a line is to be mended first, and the lines that
    are not in it. `blocking`: the number of a line of the candidate that could not be read."""
    own, repeated = _without_repetitions(rows)
    if len(own) > MAX_LINES_OF_CANDIDATE:
        reason = f"Ce candidat a plus de {MAX_LINES_OF_CANDIDATE} lignes"
        return None, [row.refusal(reason) for row in rows]
    try:
        candidature = recipients.find(own[0].numero, own[0].values[NUMERO_INSCRIPTION.name])
    except RecipientRefused as refused:
        return None, [row.refusal(str(refused)) for row in rows]
    others: dict[int, str] = {}
    for row in own:
        text = another_person(row.values, candidature.identity)
        if text is not None:
            others[row.number] = text
    of_candidate = [row for row in own if row.number not in others]
    wrong = (
        _of_another_specialite(of_candidate, candidature)
        | _contradictions(document_type, of_candidate)
        | others
    )
    to_mend = [*wrong, *([blocking] if blocking is not None else [])]
    if not to_mend:
        said = [column.name for column in COLUMNS[document_type] if column not in CANDIDATE]
        lines = tuple({name: row.values[name] for name in said} for row in own)
        return CheckedDocument(candidature, lines), repeated
    waits = f"La ligne {min(to_mend)} de ce candidat est à corriger : rien n'est publié pour lui"
    return None, [row.refusal(wrong.get(row.number, waits)) for row in own] + repeated


def _without_repetitions(rows: Sequence[_Row]) -> tuple[list[_Row], list[Refusal]]:
    """Return the lines without those that repeat another word for word, and the refusals of
    these."""
    first: dict[tuple[tuple[str, str], ...], _Row] = {}
    repeated: list[Refusal] = []
    for row in rows:
        earlier = first.setdefault(tuple(sorted(row.values.items())), row)
        if earlier is not row:
            reason = f"Cette ligne répète la ligne {earlier.number} : elle est ignorée"
            repeated.append(row.refusal(reason, is_repeated=True))
    return list(first.values()), repeated


def _contradictions(document_type: DocumentType, rows: Sequence[_Row]) -> dict[int, str]:
    """Return, by the number of the line, what it says otherwise than an earlier line of the
    candidate; of the whole document, otherwise than most lines."""
    reasons: dict[int, str] = {}
    first: dict[tuple[str, ...], _Row] = {}
    same = [column for column in COLUMNS[document_type] if column.whole_document]
    usual = {
        column.name: Counter(row.values[column.name] for row in rows).most_common(1)
        for column in same
    }
    for row in rows:
        earlier = first.setdefault(
            tuple(row.values[name].casefold() for name in KEYS[document_type]), row
        )
        if earlier is not row:
            reasons[row.number] = f"Double de la ligne {earlier.number}, avec d'autres indications"
        for column in same:
            [(value, _)] = usual[column.name]
            if row.values[column.name] != value:
                like = next(other.number for other in rows if other.values[column.name] == value)
                reasons[row.number] = f"« {column.label} » n'est pas le même qu'à la ligne {like}"
    return reasons


def _of_another_specialite(rows: Sequence[_Row], candidature: Candidature) -> dict[int, str]:
    """Return, by the number of the line, that its épreuve is none of those that the candidature
    has. Empty where no épreuve is known of it."""
    if not candidature.epreuves:
        return {}
    codes = ", ".join(line.code for line in candidature.epreuves)
    wrong: dict[int, str] = {}
    for row in rows:
        text = row.values.get(EPREUVE.name)
        if text and code_in(text, candidature.epreuves) is None:
            wrong[row.number] = f"« {text} » n'est pas une épreuve de ce candidat ({codes})"
    return wrong


def what_is_missing(lines: Sequence[Values], candidature: Candidature) -> str | None:
    """Say for which épreuves that the candidate sits a document has no line, in French; None where
    each has one."""
    texts = [line[EPREUVE.name] for line in lines if EPREUVE.name in line]
    titles = without_line(texts, candidature.epreuves) if texts else []
    return f"Sans ligne pour {', '.join(titles)}" if titles else None


def completed_lines(
    document_type: DocumentType, earlier: Sequence[Values], mended: Sequence[Values]
) -> list[Values]:
    """Return the lines of a document to which those that came back `mended` are added: they replace
    what the `earlier` ones say of the same."""

    def subject(line: Values) -> list[str]:
        return [line[name].casefold() for name in KEYS[document_type]]

    told = [subject(line) for line in mended]
    whole = {column.name for column in COLUMNS[document_type] if column.whole_document}
    same = {name: value for name, value in mended[0].items() if name in whole}
    return [*({**line, **same} for line in earlier if subject(line) not in told), *mended]
