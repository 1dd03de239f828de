"""Which of the nine formats the contents are, by their own marks; and how to call what is none of them."""

from __future__ import annotations

from typing import BinaryIO

import puremagic

from services.pieces.domain.filenames import extension_of
from services.pieces.domain.formats import Format
from services.pieces.inspection import archives, media, ole

HEAD = 4096
PDF_WITHIN = 1024  # readers accept a PDF's mark that comes late; nothing else may come first

_PDF, _PNG, _JPEG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_SURE = 0.8


def kind_of(content: BinaryIO) -> Format | None:
    """The format of the contents, whole or not; None for what is none of the nine."""
    head = head_of(content)
    if head.startswith(_ZIPS):
        return Format.DOCX if archives.is_word(content) else Format.ZIP
    if head.startswith(ole.MARK):
        return Format.DOC if ole.may_be_word(content) else None
    return _by_head(head, content)


def _by_head(head: bytes, content: BinaryIO) -> Format | None:
    marks = (
        (Format.PDF, head.startswith(_PDF)),
        (Format.PNG, head.startswith(_PNG)),
        (Format.JPG, head.startswith(_JPEG)),
        (Format.AVI, head[:4] == b"RIFF" and head[8:12] == b"AVI "),
        (Format.MP4, media.is_mp4(head)),
        (Format.MP3, media.is_mp3(head, content)),
        (Format.PDF, _PDF in head[:PDF_WITHIN] and not head[:1].isalpha() and not head.startswith(b"<")),
    )
    return next((kind for kind, matches in marks if matches), None)


def is_heic(content: BinaryIO) -> bool:
    """Whether it begins as telephones' photographs do: none of the nine, but it can be made a JPEG."""
    return media.other_name(head_of(content)) == "HEIC"


def head_of(content: BinaryIO) -> bytes:
    content.seek(0)
    return content.read(HEAD)


def presumed_name(content: BinaryIO, filename: str) -> str | None:
    """« HEIC », « WEBP » …: what the contents look like, else what the name says; None for neither."""
    head = head_of(content)
    if name := media.other_name(head) or ole.other_name(content):
        return name
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        found = []
    if found and found[0].confidence >= _SURE and found[0].extension:
        return str(found[0].extension).lstrip(".").upper()
    extension = extension_of(filename)
    return extension.upper() if extension.isalnum() and len(extension) <= 5 and not _of_ours(extension) else None


def _of_ours(extension: str) -> bool:
    return extension in set(Format) or extension == "jpeg"
