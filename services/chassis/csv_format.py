"""How a table is written as CSV: semicolons, a byte order mark, days and hours of Paris as French
spreadsheets read them, and no cell that one would calculate."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from services.french import short_date, time_of_day

DELIMITER = ";"
BYTE_ORDER_MARK = "\ufeff"
LINE_END = "\r\n"
# What a spreadsheet would take for a formula is shown as the text it is: at the beginning of a
# cell, and behind what would begin another one, were the file opened with another separator or each
# line taken for itself.
_FORMULA = re.compile(r"""(^[\s"']*|[;,|\t\r\n][\s"']*)(?=[=+\-@＝＋－＠])|^(?=[\t\r\n])""")
_KEPT_AS_TEXT = re.compile(_FORMULA.pattern.replace("(?=", "'(?="))
_BEGINNINGS = frozenset("=+-@＝＋－＠\t\r\n")
"""No formula is without one."""
_QUOTE = '"'
_TO_QUOTE = frozenset(f"{DELIMITER}{_QUOTE}\r\n")


def csv_text(columns: Sequence[str], pages: Iterable[Iterable[Sequence[Any]]]) -> Iterator[str]:
    """Return the line of the headings, then each page of rows as one text.

    The first page is read at once, so that an error of the search is raised before anything is
    sent.
    """
    remaining = iter(pages)
    first = list(next(remaining, ()))
    texts = ("".join(map(_line, page)) for page in chain([first], remaining))
    return chain([BYTE_ORDER_MARK + _line(columns)], filter(None, texts))


def safe_cell(text: str) -> str:
    """The text with an apostrophe before each place where a formula would begin."""
    return _FORMULA.sub(r"\1'", text)


def text_of_safe_cell(cell: str) -> str:
    """The text that `safe_cell` made this of."""
    return _KEPT_AS_TEXT.sub(r"\1", cell)


def _line(cells: Sequence[Any]) -> str:
    return DELIMITER.join(map(_cell, cells)) + LINE_END


def _cell(value: Any) -> str:
    """Numbers that begin with a zero are quoted: programs that let quoted cells be text show all
    their digits."""
    if not isinstance(value, str):
        return _text(value)
    text = value if _BEGINNINGS.isdisjoint(value) else safe_cell(value)
    if not _TO_QUOTE.isdisjoint(text) or (len(text) > 1 and text[0] == "0" and text.isdigit()):
        return _QUOTE + text.replace(_QUOTE, _QUOTE * 2) + _QUOTE
    return text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{short_date(value)} {time_of_day(value)}"
    return short_date(value) if isinstance(value, date) else str(value)
