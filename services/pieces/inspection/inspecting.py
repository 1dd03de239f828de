"""The one way in: kind by contents, then the rule of names, then the checks of that kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from services.pieces.domain import formats, refusals
from services.pieces.domain.filenames import extension_of
from services.pieces.domain.formats import Format
from services.pieces.inspection import archives, images, media, ole, pdf
from services.pieces.inspection.kinds import kind_of, presumed_name

CHECKS: dict[Format, Callable[[BinaryIO], None]] = {
    Format.PDF: pdf.check,
    Format.PNG: images.check_png,
    Format.JPG: images.check_jpeg,
    Format.DOC: ole.check_word,
    Format.DOCX: archives.check_docx,
    Format.ZIP: archives.check_zip,
    Format.AVI: media.check_avi,
    Format.MP3: media.check_mp3,
    Format.MP4: media.check_mp4,
}


def inspect(content: BinaryIO, filename: str | None, accepted: tuple[Format, ...]) -> Format:
    """The format of a whole, readable, harmless file that bears the right name; None: any name would be.

    Raises FormatRefused where it is none of the accepted ones, FileRefused where it is damaged, protected, dangerous
    or named after another kind.
    """
    found = kind_of(content)
    if found is None:
        raise _not_accepted(presumed_name(content, filename or ""), accepted)
    if found is Format.DOC and ole.is_locked_package(content):
        raise refusals.protected("Ce document Word")
    if filename is not None:
        _check_name(content, filename, found)
    if found not in accepted:
        raise _not_accepted(found.shown, accepted)
    CHECKS[found](content)
    return found


def _check_name(content: BinaryIO, filename: str, format: Format) -> None:
    announced = formats.of_extension(extension_of(filename))
    if announced is Format.DOCX and format is Format.ZIP:
        archives.check_directory(content, archives.WORD)  # a document cut short no longer shows that it is one
    if announced is not format:
        raise _misnamed(filename, announced, format)


def _not_accepted(name: str | None, accepted: tuple[Format, ...]) -> refusals.FormatRefused:
    seen = f"Ce fichier est au format {name}" if name else "Le contenu de ce fichier n'est d'aucun format connu"
    return refusals.FormatRefused(f"{seen}. Formats acceptés : {formats.shown(accepted)}.")


def _misnamed(filename: str, announced: Format | None, found: Format) -> refusals.FileRefused:
    extension = extension_of(filename)
    if found is Format.ZIP and announced is Format.DOCX:
        return refusals.FileRefused(
            "mismatch",
            f"Ce fichier porte l'extension « .{extension} » mais ce n'est pas un document Word : "
            "c'est une archive ZIP. Vérifiez le fichier.",
        )
    return refusals.misnamed(extension, found.shown, found.value)
