"""Reads a cell by the kind of its column, as spreadsheets and people write it, or says what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from services.contracts.document_rules import NUMERO_LENGTH, NUMERO_LENGTH_IN_WORDS
from services.documents.domain.import_columns import (
    HIGHEST_COEFFICIENT,
    HIGHEST_MARK,
    INSCRIPTION_LENGTH,
    INSCRIPTION_LENGTH_IN_WORDS,
    Column,
    Kind,
)

MARKS = {"ABS": "Absent", "AB": "Absent", "DISP": "Dispensé", "DI": "Dispensé"}
_SHOWN = 40  # characters of a cell that a reason repeats
_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"(\d{1,2})\s*(?::|[hH])\s*(\d{2})?(?::00)?")


class CellRefused(ValueError):
    """The cell cannot be taken; the message is the reason, in French."""


def value_of(column: Column, cell: str) -> str:
    """The cell as it is stored: dates in ISO form, times as 14:00, numbers with a comma; empty for an empty cell that
    is not required. Raises CellRefused."""
    text = cleaned_text(cell)
    if not text:
        if column.required:
            raise CellRefused(f"« {column.label} » n'est pas rempli")
        return ""
    if len(text) > column.max_length:
        raise CellRefused(f"« {column.label} » dépasse {column.max_length} caractères")
    return _READERS[column.kind](column, text)


def cleaned_text(cell: str) -> str:
    """On one line, in NFC, without characters that only steer."""
    spaced = " ".join(unicodedata.normalize("NFC", cell).split())
    return "".join(character for character in spaced if unicodedata.category(character)[0] != "C")


def _numero_candidat(column: Column, text: str) -> str:
    """A spreadsheet drops the zero that every N° candidat begins with."""
    digits = text.replace(" ", "")
    if not re.fullmatch(rf"[0-9]{{{NUMERO_LENGTH - 1},{NUMERO_LENGTH}}}", digits):
        raise _refused(column, text, f"n'est pas un N° candidat ({NUMERO_LENGTH_IN_WORDS})")
    return digits.zfill(NUMERO_LENGTH)


def _numero_inscription(column: Column, text: str) -> str:
    if not re.fullmatch(rf"[0-9]{{1,{INSCRIPTION_LENGTH}}}", text):
        raise _refused(column, text, f"n'est pas un N° d'inscription ({INSCRIPTION_LENGTH_IN_WORDS})")
    return text.zfill(INSCRIPTION_LENGTH)


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
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59 or not (match[2] or text[-1] in "hH"):
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


def _text(column: Column, text: str) -> str:
    return text


def _number(text: str) -> Decimal | None:
    """A positive number with two decimals at most; None for any other text."""
    plain = text.replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,2})?", plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _written(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",")


def _refused(column: Column, text: str, what: str) -> CellRefused:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return CellRefused(f"« {column.label} » : « {shown} » {what}")


_READERS: dict[Kind, Callable[[Column, str], str]] = {
    Kind.NUMERO_CANDIDAT: _numero_candidat,
    Kind.NUMERO_INSCRIPTION: _numero_inscription,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.MARK: _mark,
    Kind.COEFFICIENT: _coefficient,
}
