"""What the confined process does with a file: the functions that `inspections` asks for, by name.

A file is inspected so: its format is detected by its contents, compared with its name, and the
format's checks run.
"""

import base64
import codecs
import io
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

import pikepdf
from PIL import Image, ImageOps, MpoImagePlugin, PdfImagePlugin, TiffImagePlugin

from services.contracts.piece_rules import MAX_FILE_BYTES, Format
from services.pieces.domain import files, refusals
from services.pieces.domain.files import extension_of
from services.pieces.inspection import active_contents, archives, audio_video, images, ole, pages
from services.pieces.inspection.format_detection import detect_format, presumed_format_name

# Telephones put several pictures into a JPEG, and their place and time, which Pillow reads as TIFF.
__all__ = ["ImageOps", "MpoImagePlugin", "PdfImagePlugin", "TiffImagePlugin", "preload"]

_CODECS = ("ascii", "cp437", "latin-1", "utf-8", "utf-16-le")  # of names in archives and documents
_HEIC = (
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYGxJje1JJEBAhQzUnKKoGyGgszkEgY0oJSZkw82xMWBgREIgYBxAY"
    "QGyQKxcmZmXhqYBxIVBXJSmaC8jLJkQxCTryCzJBeu5E9mQVEBkL6TWZCcD6RLgcqcGZlBQhPAiuQ+MPz5++MHAwM/"
    "cwJQh4QDIw/j//8gBcwgFcwgJLeLySERKKnpxMiIJrNAoZF12qt1s549UFxwoIGBgacBJNySBFTN5sJ4sPhgJ9AO4e"
    "T8nKK85JwKoCgvAxtQCYNIZnFBKtRjDlCskZyTCHKYANTtYPr///8XgDQTjAaJF2RWZII0MnNwcAApicyCXFgYA4ON"
    "tZGJmbUFyNbKTUkEhbGcBuN6FiEhnwc/WPzi814YhDIqrHmxpWThiekCk3dnHQAAdnBbXw=="
)
"""A white photograph of 16 by 16 pixels: base64 of zlib."""
CHECKS: dict[Format, Callable[[BinaryIO], None]] = {
    Format.PDF: pages.check_pdf,
    **images.CHECKS,
    Format.DOC: ole.check_doc,
    Format.DOCX: archives.check_docx,
    Format.ZIP: archives.check_zip,
    Format.AVI: audio_video.check_avi,
    Format.MP4: audio_video.check_mp4,
}


def inspect_file(content: BinaryIO, filename: str, accepted: tuple[Format, ...]) -> Format:
    """The format of a whole, readable, harmless file of the right extension.

    Raises FileRefused where the format is not in `accepted`, or the file is damaged, protected,
    dangerous or named as another format.
    """
    format = detect_format(content)
    if format is None:
        raise _not_accepted(presumed_format_name(content, filename), accepted)
    if format is Format.DOC and ole.is_encrypted_package(content):
        raise refusals.protected("Ce document Word")
    _check_name(content, extension_of(filename), format)
    if format not in accepted:
        raise _not_accepted(format.label, accepted)
    if format in CHECKS:  # what is heard shows by itself whether it is whole
        CHECKS[format](content)
    return format


def _check_name(content: BinaryIO, extension: str, format: Format) -> None:
    announced = files.format_of_extension(extension)
    if announced is format:
        return
    if announced is Format.DOCX and format is Format.ZIP:
        # A document cut short has no directory, and is detected as ZIP: it is refused as damaged,
        # not as misnamed.
        archives.read_entries(content, archives.DOCX_NOUN_PHRASE)
        raise refusals.FileRefused(
            refusals.RefusalReason.MISMATCH,
            f"Ce fichier porte l'extension « .{extension} » mais ce n'est pas un document Word : "
            "c'est une archive ZIP. Vérifiez le fichier.",
        )
    raise refusals.wrong_extension(extension, format.label, format.value)


def _not_accepted(name: str | None, accepted: tuple[Format, ...]) -> refusals.FileRefused:
    sentence = (
        f"Ce fichier est au format {name}"
        if name
        else "Le contenu de ce fichier n'est d'aucun format connu"
    )
    words = f"{sentence}. Formats acceptés : {files.list_formats(accepted)}."
    return refusals.FileRefused(refusals.RefusalReason.FORMAT, words)


def _answering_refusals(
    check: Callable[..., dict[str, Any] | bytes],
) -> Callable[..., dict[str, Any] | bytes]:
    """The check, whose refusals are answers."""

    def answer(content: io.BytesIO, **arguments: Any) -> dict[str, Any] | bytes:
        try:
            return check(content, **arguments)
        except refusals.FileRefused as refusal:
            return {"refused": refusal.reason, "detail": refusal.detail}

    return answer


@_answering_refusals
def inspect(content: io.BytesIO, filename: str, accepted: list[str]) -> dict[str, Any]:
    format = inspect_file(content, filename, tuple(map(Format, accepted)))
    return {"format": format, "active": active_contents.find(content, format)}


@_answering_refusals
def look_at(content: io.BytesIO) -> dict[str, Any]:
    number, signs = pages.look_at(content)
    return {"pages": number, "signs": signs}


@_answering_refusals
def merge(content: io.BytesIO, lengths: list[int], max_bytes: int = MAX_FILE_BYTES) -> bytes:
    return pages.merge_pdfs([content.read(length) for length in lengths], max_bytes)


to_jpeg = _answering_refusals(images.to_jpeg)
to_pdf = _answering_refusals(pages.to_pdf)
preview = _answering_refusals(pages.render_preview)
page_picture = _answering_refusals(pages.render_page)


def preload() -> None:
    """Have each reader read something, so that it imports what it only imports at first use."""
    for codec in _CODECS:
        codecs.lookup(codec)
    Image.preinit()
    for reader in images.READERS.values():
        picture = io.BytesIO()
        Image.new("RGB", (1, 1)).save(picture, reader.name)
        reader.check(picture)
    document = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(
            document, encryption=pikepdf.Encryption(owner="a", user="")
        )  # qpdf opens its source of randomness
    with pikepdf.open(document) as pdf:
        len(pdf.pages)
    photograph = io.BytesIO(images.to_jpeg(io.BytesIO(zlib.decompress(base64.b64decode(_HEIC)))))
    pages.look_at(photograph)
    whole = pages.to_pdf(photograph)
    pages.render_preview(io.BytesIO(whole))
    pages.look_at(io.BytesIO(whole))
