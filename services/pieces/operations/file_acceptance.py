"""Whether a file that a candidate sent is accepted, and in which form: as it is, or a HEIC converted to JPEG."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.piece_rules import HEIC_EXTENSIONS
from services.pieces.dependencies import Dependencies
from services.pieces.domain import files, refusals
from services.pieces.domain.files import Format, extension_of, with_extension
from services.pieces.inspection.format_detection import is_heic
from services.pieces.inspection.protocol import Look, Task
from services.pieces.operations.received_files import ReceivedFile, hold_in_memory


@dataclass(frozen=True)
class AcceptedFile:
    """The file to be stored. `converted`: it is not byte for byte what was sent."""

    file: ReceivedFile
    filename: str
    format: Format
    converted: bool = False
    look: Look = Look()  # noqa: RUF009 - immutable


def accept_file(
    dependencies: Dependencies,
    candidate_id: str,
    filename: str,
    file: ReceivedFile,
    accepted_formats: tuple[Format, ...],
    *,
    converted: bool = False,
) -> AcceptedFile:
    """Inspect the file and look at its legibility. Raises FileRefused, FormatRefused, UnverifiableFile, Unavailable."""
    if Format.JPG in accepted_formats and is_heic(file.content):
        refuse_misnamed_heic(filename)
        file = _convert_to_jpeg(dependencies, candidate_id, file)
        filename, converted = with_extension(filename, Format.JPG), True
    format = dependencies.inspections.inspect(candidate_id, file.content, filename, accepted_formats)
    has_pages = format in files.VIEWABLE
    look = dependencies.inspections.look(candidate_id, file.content) if has_pages else Look()
    file.content.seek(0)
    return AcceptedFile(file, filename, format, converted, look)


def refuse_misnamed_heic(filename: str) -> None:
    """Raises FileRefused where the name of a HEIC says another format."""
    extension = extension_of(filename)
    if not files.is_heic_extension(extension):
        raise refusals.wrong_extension(extension, "HEIC", HEIC_EXTENSIONS[0])


def _convert_to_jpeg(dependencies: Dependencies, candidate_id: str, file: ReceivedFile) -> ReceivedFile:
    return hold_in_memory(dependencies.inspections.convert(candidate_id, Task.JPEG, file.content).content)
