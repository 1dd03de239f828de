"""Extracts the text of a PDF or an HTML page, with white space normalised."""

import io
import re

import html5lib
from pypdf import PdfReader


def text_of_pdf(content: bytes) -> str:
    """All pages' text."""
    return normal("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def text_of_html(content: bytes) -> str:
    """The text of the page's body."""
    body = html5lib.parse(content, namespaceHTMLElements=False).find("body")
    return normal(" ".join(body.itertext()))


def normal(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " ")).strip()


def words(text: str) -> list[str]:
    """The words in alphabetical order, to compare texts whatever the layout."""
    return sorted(text.split())
