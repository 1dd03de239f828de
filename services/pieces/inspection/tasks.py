"""What the confined process does with a file, for each task that it may be asked for.

A file is inspected so: its format is detected by its contents, compared with its name, and the format's checks run.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO

from services.contracts.piece_rules import Format
from services.pieces.domain import files, refusals
from services.pieces.domain.files import extension_of
from services.pieces.inspection import archives, audio_video, images, ole, pages
from services.pieces.inspection.format_detection import detect_format, presumed_format_name
from services.pieces.inspection.protocol import Answer, Task

CHECKS: dict[Format, Callable[[BinaryIO], None]] = {
    Format.PDF: pages.check_pdf,
    **images.CHECKS,
    Format.DOC: ole.check_doc,
    Format.DOCX: archives.check_docx,
    Format.ZIP: archives.check_zip,
    Format.AVI: audio_video.check_avi,
    Format.MP3: audio_video.check_mp3,
    Format.MP4: audio_video.check_mp4,
}


def inspect_file(content: BinaryIO, filename: str | None, accepted: tuple[Format, ...]) -> Format:
    """The format of a whole, readable, harmless file of the right extension; without `filename` any extension is right.

    Raises FormatRefused where the format is not in `accepted`, FileRefused where the file is damaged, protected,
    dangerous or has another format's extension.
    """
    format = detect_format(content)
    if format is None:
        raise _not_accepted(presumed_format_name(content, filename or ""), accepted)
    if format is Format.DOC and ole.is_encrypted_package(content):
        raise refusals.protected("Ce document Word")
    if filename is not None:
        _check_name(content, filename, format)
    if format not in accepted:
        raise _not_accepted(format.label, accepted)
    CHECKS[format](content)
    return format


def _check_name(content: BinaryIO, filename: str, format: Format) -> None:
    announced = files.format_of_extension(extension_of(filename))
    if announced is Format.DOCX and format is Format.ZIP:
        # A document cut short has no directory, and is detected as ZIP: it is refused as damaged, not as misnamed.
        archives.check_directory(content, archives.DOCX_NOUN_PHRASE)
    if announced is not format:
        raise _misnamed(filename, announced, format)


def _not_accepted(name: str | None, accepted: tuple[Format, ...]) -> refusals.FormatRefused:
    sentence = f"Ce fichier est au format {name}" if name else "Le contenu de ce fichier n'est d'aucun format connu"
    return refusals.FormatRefused(f"{sentence}. Formats acceptés : {files.list_formats(accepted)}.")


def _misnamed(filename: str, announced: Format | None, format: Format) -> refusals.FileRefused:
    extension = extension_of(filename)
    if format is Format.ZIP and announced is Format.DOCX:
        return refusals.FileRefused(
            refusals.RefusalReason.MISMATCH,
            f"Ce fichier porte l'extension « .{extension} » mais ce n'est pas un document Word : "
            "c'est une archive ZIP. Vérifiez le fichier.",
        )
    return refusals.wrong_extension(extension, format.label, format.value)


def run_task(request: dict[str, Any], content: io.BytesIO) -> Answer:
    """Carry out the request on the file. Raises whatever the readers raise."""
    return _TASKS[Task(request["task"])](request, content)


def _inspect(request: dict[str, Any], content: io.BytesIO) -> Answer:
    accepted = tuple(Format(code) for code in request["accepted"])
    return Answer({"format": inspect_file(content, request["filename"], accepted)})


def _look_at(request: dict[str, Any], content: io.BytesIO) -> Answer:
    look = pages.look_at(content)
    return Answer({"pages": look.pages, "signs": list(look.signs)})


def _merge(request: dict[str, Any], content: io.BytesIO) -> Answer:
    size, merged = pages.merge_pdfs([content.read(length) for length in request["lengths"]])
    return Answer({"size": size}, merged)


_TASKS: dict[Task, Callable[[dict[str, Any], io.BytesIO], Answer]] = {
    Task.INSPECT: _inspect,
    Task.JPEG: lambda request, content: Answer(content=images.to_jpeg(content)),
    Task.LOOK: _look_at,
    Task.PAGE: lambda request, content: Answer(content=pages.picture_to_pdf(content)),
    Task.MERGE: _merge,
    Task.PREVIEW: lambda request, content: Answer(content=pages.render_preview(content)),
    Task.PAGE_PICTURE: lambda request, content: Answer(content=pages.render_page(content, request["number"])),
}
