"""Extracts the text of a PDF or an HTML page, with white space normalised."""

import io
import re
from html.parser import HTMLParser

from pypdf import PdfReader


def text_of_pdf(content: bytes) -> str:
    """All pages' text."""
    return normal("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def text_of_html(content: bytes) -> str:
    """The text of the page's body."""
    reader = _Text()
    reader.feed(content.decode())
    return normal("".join(reader.parts))


def normal(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " ")).strip()


def words(text: str) -> list[str]:
    """The words in alphabetical order, to compare texts whatever the layout."""
    return sorted(text.split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("style", "title") or (self._silent and tag != "body")
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
