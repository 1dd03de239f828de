"""An export as a CSV file, streamed from the database's cursor; its reading ends with the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

from flask import Response
from sqlalchemy.orm import Session

from services.contracts.api.operation import CSV

CONTENT_TYPE = f"{CSV}; charset=utf-8"


def csv_response(
    filename: str,
    reading: AbstractContextManager[Session],
    text: Callable[[Session], Iterator[str]],
    record: Callable[[], None],
) -> Response:
    """The answer that sends what `text` reads in `reading`. `record` notes that the export is given: once it has a
    place among those under way, before the first byte. Raises what the three raise.
    """
    with ExitStack() as begun:
        session = begun.enter_context(reading)
        lines = text(session)
        record()
        response = Response(lines, content_type=CONTENT_TYPE)
        response.call_on_close(begun.pop_all().close)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
