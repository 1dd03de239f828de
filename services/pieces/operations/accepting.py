"""What is kept of a file that a candidate gave: the file itself, or the JPEG that was made of it."""

from __future__ import annotations

from dataclasses import dataclass

from services.pieces.domain import formats, refusals
from services.pieces.domain.filenames import extension_of, renamed
from services.pieces.domain.formats import Format
from services.pieces.domain.legibility import Look
from services.pieces.inspection.kinds import is_heic
from services.pieces.inspection.verdicts import Task
from services.pieces.operations.receiving import Received, held
from services.pieces.parts import Parts

SEEN = (Format.PDF, Format.PNG, Format.JPG)
"""The formats of which something can be looked at."""


@dataclass(frozen=True)
class Accepted:
    """`converted`: these are not the bytes that were sent."""

    file: Received
    filename: str
    format: Format
    converted: bool = False
    look: Look = Look()  # noqa: RUF009 - immutable


def accepted(
    parts: Parts,
    candidate_id: str,
    filename: str,
    file: Received,
    wanted: tuple[Format, ...],
    *,
    converted: bool = False,
) -> Accepted:
    """Judge the file. Raises FileRefused, FormatRefused, Unverifiable or Unavailable."""
    if Format.JPG in wanted and is_heic(file.content):
        file, filename, converted = _jpeg_of(parts, candidate_id, filename, file), renamed(filename, Format.JPG), True
    format = parts.inspections.inspect(candidate_id, file.content, filename, wanted)
    look = parts.inspections.look(candidate_id, file.content) if format in SEEN else Look()
    file.content.seek(0)
    return Accepted(file, filename, format, converted, look)


def refuse_misnamed_heic(filename: str) -> None:
    """Raises FileRefused."""
    extension = extension_of(filename)
    if not formats.may_name_heic(extension):
        raise refusals.misnamed(extension, "HEIC", formats.HEIC)


def _jpeg_of(parts: Parts, candidate_id: str, filename: str, file: Received) -> Received:
    refuse_misnamed_heic(filename)
    return held(parts.inspections.make(candidate_id, Task.JPEG, file.content).content)
