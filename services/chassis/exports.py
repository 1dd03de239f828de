"""Tables that staff and their tools take out, streamed from the database's cursor.

Queries say what is exported as a `Table`; here alone stands the format in which it is sent.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from services.chassis.csv_format import csv_text
from services.contracts.api.operation import EXPORT_MEDIA_TYPE
from services.contracts.api.staff_lists import StaffList

EXTENSION = "csv"
_CONTENT_TYPE = f"{EXPORT_MEDIA_TYPE}; charset=utf-8"


@dataclass(frozen=True)
class Table:
    """What is exported. `pages`: of rows, which are read once, a page at a time, while they are
    sent."""

    headings: Sequence[str]
    pages: Iterable[Iterable[Sequence[Any]]]

    @classmethod
    def of_list(cls, declared: StaffList, pages: Iterable[Iterable[Any]]) -> "Table":
        """Return the table that a list of staff declares, of these pages of its answers."""
        return cls(declared.export_headings, map(declared.export_rows, pages))


def export_response(
    name: str,
    reading: AbstractContextManager[Session],
    table: Callable[[Session], Table],
    record: Callable[[], None],
) -> Response:
    """Return the answer that sends the table which is read in `reading`, as the file of that name.

    `record` notes that the export is given: once it has a place among those under way, before the
    first byte. Raises what the three raise.
    """
    with ExitStack() as begun:
        transaction = begun.enter_context(reading)
        lines = _text(table(transaction))
        record()
        response = Response(lines, content_type=_CONTENT_TYPE)
        response.call_on_close(begun.pop_all().close)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{EXTENSION}"'
    return response


def table_response(table: Table) -> Response:
    """Return the answer that sends a table of which nothing is read in a database."""
    return Response(_text(table), content_type=_CONTENT_TYPE)


def _text(table: Table) -> Iterator[str]:
    """Return the table as it is sent. Its first page is read at once."""
    return csv_text(table.headings, table.pages)
