"""The two file formats of every document."""

from __future__ import annotations

from enum import StrEnum


class FileFormat(StrEnum):
    """Values are the extensions, and what the API's `format` takes."""

    PDF = "pdf"
    HTML = "html"

    @property
    def content_type(self) -> str:
        return "application/pdf" if self is FileFormat.PDF else "text/html; charset=utf-8"
