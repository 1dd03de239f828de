"""The nine formats of guide §10 and nothing else; a piece of the catalogue may narrow them."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """Named by its usual extension."""

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
        return _MEDIA_TYPES[self]

    @property
    def shown(self) -> str:
        """« PDF »"""
        return self.value.upper()


_MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.PNG: "image/png",
    Format.JPG: "image/jpeg",
    Format.DOC: "application/msword",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.ZIP: "application/zip",
    Format.AVI: "video/x-msvideo",
    Format.MP3: "audio/mpeg",
    Format.MP4: "video/mp4",
}
_SPELLINGS = {item.value: item for item in Format} | {
    "jpeg": Format.JPG,
    "jpe": Format.JPG,
    "jfif": Format.JPG,
    "m4v": Format.MP4,
}


def of_extension(extension: str) -> Format | None:
    """The format that an extension (without dot, any case) announces; None if it is none of the nine."""
    wanted = extension.casefold()
    return _SPELLINGS.get(wanted)


HEIC = "heic"
"""Telephones' photographs, taken wherever JPG is and made JPG: never kept as they come."""
_HEIC_SPELLINGS = (HEIC, "heif", "hif")


def may_name_heic(extension: str) -> bool:
    """Whether a photograph of a telephone may be called so; some call them .jpg."""
    return extension.casefold() in _HEIC_SPELLINGS or of_extension(extension) is Format.JPG


def accepted(codes: tuple[str, ...]) -> tuple[Format, ...]:
    """The formats that a piece's list names, in the guide's order; an empty list means all nine."""
    named = {of_extension(code) for code in codes}
    return tuple(item for item in Format if item in named) or tuple(Format)


def shown(formats: tuple[Format, ...]) -> str:
    """« PDF, PNG, JPG »"""
    return ", ".join(item.shown for item in formats)
