"""Checks the lines of an import one by one and puts together what each candidate's document says.

A candidate with a wrong line gets nothing: half a convocation would be taken for a whole one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.contracts.document_rules import DocumentType
from services.documents.domain.cell_values import CellRefused, cleaned_text, value_of
from services.documents.domain.csv_content import CsvContent, Line
from services.documents.domain.import_columns import COLUMNS, KEYS, NUMERO_CANDIDAT, NUMERO_INSCRIPTION, Column
from services.documents.domain.recipients import Candidature, RecipientRefused, Recipients

MAX_LINES_OF_CANDIDATE = 60
"""A document of more épreuves or measures is a mistake of the file."""
_SHOWN_NUMERO = 20  # characters

Values = dict[str, str]


@dataclass(frozen=True)
class Refusal:
    """Why a line or a file is not published. `place`: the number of the line, or the name of the file."""

    place: str
    numero_candidat: str
    reason: str


@dataclass(frozen=True)
class CheckedDocument:
    """What is to be published for a candidature: the values of its lines, in the order of the file, each without the
    candidate's own columns."""

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

    def refusal(self, reason: str) -> Refusal:
        return Refusal(str(self.number), self.numero, reason)


def numeros_of(content: CsvContent) -> frozenset[str]:
    """Every N° candidat of the file that has the form of one."""
    numeros = (_numero_or_none(line) for line in content.lines)
    return frozenset(numero for numero in numeros if numero)


def check_rows(document_type: DocumentType, content: CsvContent, recipients: Recipients) -> CheckedImport:
    """The documents of the right lines, and the reason of each other line, in the order of the file."""
    shape = "La ligne a plus de cellules que la première : vérifiez les séparateurs et les guillemets"
    refusals = [Refusal(str(number), "", shape) for number in content.misshapen]
    blocked: dict[str, int] = {}
    rows: list[_Row] = []
    for line in content.lines:
        row = _row(line, COLUMNS[document_type])
        if isinstance(row, _Row):
            rows.append(row)
            continue
        refusals.append(row)
        if numero := _numero_or_none(line):
            blocked.setdefault(numero, line.number)
    documents: list[CheckedDocument] = []
    for numero, own_rows in _by_numero(rows).items():
        document, refused = _document(document_type, own_rows, recipients, blocked.get(numero))
        documents += [document] if document else []
        refusals += refused
    return CheckedImport(tuple(documents), tuple(sorted(refusals, key=lambda refusal: int(refusal.place))))


def _row(line: Line, columns: Sequence[Column]) -> _Row | Refusal:
    values: Values = {}
    reasons: list[str] = []
    for column in columns:
        try:
            values[column.name] = value_of(column, line.cells.get(column.name, ""))
        except CellRefused as refused:
            reasons.append(str(refused))
    if reasons:
        shown = cleaned_text(line.cells.get(NUMERO_CANDIDAT.name, ""))[:_SHOWN_NUMERO]
        return Refusal(str(line.number), values.get(NUMERO_CANDIDAT.name, shown), " ; ".join(reasons))
    return _Row(line.number, values)


def _numero_or_none(line: Line) -> str | None:
    try:
        return value_of(NUMERO_CANDIDAT, line.cells.get(NUMERO_CANDIDAT.name, ""))
    except CellRefused:
        return None


def _by_numero(rows: Iterable[_Row]) -> Mapping[str, list[_Row]]:
    by_numero: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_numero[row.numero].append(row)
    return by_numero


def _document(
    document_type: DocumentType, rows: Sequence[_Row], recipients: Recipients, blocking: int | None
) -> tuple[CheckedDocument | None, list[Refusal]]:
    """One candidate's document, and the lines that are not in it. `blocking`: the number of a line of the candidate
    that could not be read."""
    own, repeated = _without_repetitions(rows)
    if len(own) > MAX_LINES_OF_CANDIDATE:
        reason = f"Ce candidat a plus de {MAX_LINES_OF_CANDIDATE} lignes"
        return None, [row.refusal(reason) for row in rows]
    wrong = _contradictions(document_type, own)
    if not wrong and blocking is None:
        try:
            candidature = recipients.find(own[0].numero, own[0].values[NUMERO_INSCRIPTION.name])
        except RecipientRefused as refused:
            return None, [row.refusal(str(refused)) for row in rows]
        return CheckedDocument(candidature, tuple(_content(row) for row in own)), repeated
    first = min([*([blocking] if blocking is not None else []), *wrong])
    waits = f"La ligne {first} de ce candidat est à corriger : rien n'est publié pour lui"
    return None, [row.refusal(wrong.get(row.number, waits)) for row in own] + repeated


def _without_repetitions(rows: Sequence[_Row]) -> tuple[list[_Row], list[Refusal]]:
    """The lines without those that repeat another word for word, which are named."""
    first: dict[tuple[tuple[str, str], ...], _Row] = {}
    repeated: list[Refusal] = []
    for row in rows:
        earlier = first.setdefault(tuple(sorted(row.values.items())), row)
        if earlier is not row:
            repeated.append(row.refusal(f"Cette ligne répète la ligne {earlier.number} : elle est ignorée"))
    return list(first.values()), repeated


def _contradictions(document_type: DocumentType, rows: Sequence[_Row]) -> dict[int, str]:
    """By the number of the line: what it says otherwise than an earlier line of the candidate."""
    reasons: dict[int, str] = {}
    first: dict[tuple[str, ...], _Row] = {}
    same = [column for column in COLUMNS[document_type] if column.whole_document]
    for row in rows:
        earlier = first.setdefault(tuple(row.values[name].casefold() for name in KEYS[document_type]), row)
        if earlier is not row:
            reasons[row.number] = f"Double de la ligne {earlier.number}, avec d'autres indications"
        for column in same:
            if row.values[column.name] != rows[0].values[column.name]:
                reasons[row.number] = f"« {column.label} » n'est pas le même qu'à la ligne {rows[0].number}"
    return reasons


def _content(row: _Row) -> Values:
    candidate = (NUMERO_CANDIDAT.name, NUMERO_INSCRIPTION.name)
    return {name: value for name, value in row.values.items() if name not in candidate}
