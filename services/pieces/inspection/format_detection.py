"""Detects the format of a file by its contents; names what is none of those that may be
accepted."""

from typing import BinaryIO

import puremagic

from services.contracts.piece_rules import Format
from services.pieces.domain.files import extension_of, format_of_extension
from services.pieces.inspection import archives, audio_video, ole

HEAD_BYTES = 4096
PDF_MARK_WITHIN = 1024  # bytes; readers accept a PDF whose mark comes that late

_PDF_MARK = b"%PDF-"
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_JPEG_MARK = b"\xff\xd8\xff"
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_MIN_CONFIDENCE = 0.8


def detect_format(content: BinaryIO) -> Format | None:
    """The format of the contents, whole or damaged; None for what is no Format."""
    head = read_head(content)
    if head.startswith(_ZIP_MARKS):
        return Format.DOCX if archives.is_docx(content) else Format.ZIP
    if head.startswith(ole.MARK):
        return Format.DOC if ole.may_be_doc(content) else None
    return _by_head(head)


def _by_head(head: bytes) -> Format | None:
    marks = (
        (Format.PDF, head.startswith(_PDF_MARK)),
        (Format.PNG, head.startswith(_PNG_MARK)),
        (Format.JPG, head.startswith(_JPEG_MARK)),
        (Format.AVI, head[:4] == b"RIFF" and head[8:12] == b"AVI "),
        (Format.MP4, audio_video.is_mp4(head)),
        (Format.MP3, audio_video.is_mp3(head)),
        (
            Format.PDF,
            _PDF_MARK in head[:PDF_MARK_WITHIN]
            and not head[:1].isalpha()
            and not head.startswith(b"<"),
        ),
    )
    return next((kind for kind, matches in marks if matches), None)


def is_heic(content: BinaryIO) -> bool:
    """Whether it is a HEIC by its first bytes: no Format, but it can be converted to JPEG."""
    return audio_video.other_format_name(read_head(content)) == "HEIC"


def read_head(content: BinaryIO) -> bytes:
    content.seek(0)
    return content.read(HEAD_BYTES)


def presumed_format_name(content: BinaryIO, filename: str) -> str | None:
    """« HEIC », « WEBP » …: the format that the contents seem to be, else that of the extension;
    None without any."""
    head = read_head(content)
    if name := audio_video.other_format_name(head) or ole.other_format_name(content):
        return name
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        matches = []
    if matches and matches[0].confidence >= _MIN_CONFIDENCE and matches[0].extension:
        return str(matches[0].extension).lstrip(".").upper()
    extension = extension_of(filename)
    is_another = (
        extension.isalnum() and len(extension) <= 5 and format_of_extension(extension) is None
    )
    return extension.upper() if is_another else None
