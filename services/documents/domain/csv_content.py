"""Reads the CSV that an exam office sends: its encoding, separator, headings and lines, whatever program wrote it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.chassis.errors import FieldError, Invalid
from services.contracts.document_rules import MAX_LINES
from services.documents.domain.import_columns import Column

FILE = "#/fichier"
MAX_COLUMNS = 100
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS, XLS


@dataclass(frozen=True)
class Line:
    """`number`: where it begins in the file, the headings being line 1. `cells` by the names of the columns."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class CsvContent:
    """`misshapen`: the numbers of lines that have more cells than there are headings. `unused_columns`: headings that
    no column of the type has."""

    lines: tuple[Line, ...]
    misshapen: tuple[int, ...]
    unused_columns: tuple[str, ...]


def read_csv(content: bytes, columns: Sequence[Column]) -> CsvContent:
    """The lines of a CSV in UTF-8 (with or without BOM) or Windows-1252, separated by « ; » or « , ».

    Raises Invalid, with the reason, for a file that cannot be read as a whole.
    """
    records = _records(_decoded(content))
    _, headings = next(records, (1, []))
    places = _places(headings, columns)
    lines: list[Line] = []
    misshapen: list[int] = []
    for number, cells in records:
        if any(cell.strip() for cell in cells[len(headings) :]):
            misshapen.append(number)
        else:
            lines.append(Line(number, {name: _cell(cells, place) for name, place in places.items()}))
        if len(lines) + len(misshapen) > MAX_LINES:
            raise refused(f"Le fichier a plus de {MAX_LINES} lignes : envoyez-le en plusieurs parties.")
    if not lines and not misshapen:
        raise refused("Le fichier n'a aucune ligne sous celle des intitulés.")
    used = set(places.values())
    unused = tuple(text.strip()[:80] for place, text in enumerate(headings) if place not in used and text.strip())
    return CsvContent(tuple(lines), tuple(misshapen), unused)


def refused(detail: str) -> Invalid:
    """What to raise for a file of which nothing can be taken."""
    return Invalid(detail, errors=(FieldError(FILE, detail),))


def folded_heading(text: str) -> str:
    """Letters and digits alone, without accents and case: « N° candidat » and « n° Candidat » are the same."""
    plain = unicodedata.normalize("NFKD", text.replace("°", "").replace("º", "")).casefold()
    return "".join(character for character in plain if character.isalnum())


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
    raise refused("Ce fichier n'est pas un texte : enregistrez le tableau au format CSV (UTF-8), puis envoyez-le.")


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the line, cells) of each line that is not empty."""
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
    """Where each column stands. Raises Invalid for one that is missing or there twice."""
    if len(headings) > MAX_COLUMNS:
        raise refused(f"Le fichier a plus de {MAX_COLUMNS} colonnes.")
    folded = [folded_heading(heading) for heading in headings]
    wanted = {column.name: folded_heading(column.label) for column in columns}
    labels = {column.name: column.label for column in columns}
    missing = [column.label for column in columns if column.required and wanted[column.name] not in folded]
    if missing:
        names = ", ".join(f"« {label} »" for label in missing)
        raise refused(f"Il manque {'la colonne' if len(missing) == 1 else 'les colonnes'} {names} (première ligne).")
    twice = [labels[name] for name, heading in wanted.items() if folded.count(heading) > 1]
    if twice:
        raise refused(f"La colonne « {twice[0]} » est présente deux fois.")
    return {name: folded.index(heading) for name, heading in wanted.items() if heading in folded}


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
