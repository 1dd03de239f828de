"""The nine formats that guide §10 accepts, their extensions and media types; a piece may accept fewer of them."""

from __future__ import annotations

from enum import StrEnum

from services.contracts.piece_rules import HEIC_EXTENSIONS, MEDIA_TYPES, OTHER_EXTENSIONS, VIEWABLE_FORMATS


class Format(StrEnum):
    """The value is the usual extension."""

    PDF = "pdf"
    PNG = "png"
    JPG = "jpg"
    DOC = "doc"
    DOCX = "docx"
    ZIP = "zip"
    AVI = "avi"
    MP3 = "mp3"
    MP4 = "mp4"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]

    @property
    def label(self) -> str:
        """« PDF »"""
        return self.value.upper()


VIEWABLE = tuple(Format(code) for code in VIEWABLE_FORMATS)

_FORMATS_BY_EXTENSION = {format.value: format for format in Format} | {
    extension: Format(code) for extension, code in OTHER_EXTENSIONS.items()
}


def format_of_extension(extension: str) -> Format | None:
    """The format that an extension (without dot, any case) announces; None if it is none of the nine."""
    return _FORMATS_BY_EXTENSION.get(extension.casefold())


def is_heic_extension(extension: str) -> bool:
    """Whether a HEIC may have this extension; some telephones call them .jpg."""
    return extension.casefold() in HEIC_EXTENSIONS or format_of_extension(extension) is Format.JPG


def accepted_formats(codes: tuple[str, ...]) -> tuple[Format, ...]:
    """The formats that a piece's list of extensions names, in the guide's order; an empty list means all nine."""
    formats = {format_of_extension(code) for code in codes}
    return tuple(format for format in Format if format in formats) or tuple(Format)


def list_formats(formats: tuple[Format, ...]) -> str:
    """« PDF, PNG, JPG »"""
    return ", ".join(format.label for format in formats)
