"""Texts made comparable: pages and PDFs differ in white space and in typographic apostrophes."""

import io
import re

from pypdf import PdfReader

_EQUIVALENTS = str.maketrans({"’": "'", "ʼ": "'", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})


def normalized(text: str) -> str:
    """On one line, with plain apostrophes and plain spaces."""
    return re.sub(r"\s+", " ", text.translate(_EQUIVALENTS)).strip()


def without_spaces(text: str) -> str:
    """Without any white space: the same words however they are spread over lines and elements."""
    return re.sub(r"\s", "", text.translate(_EQUIVALENTS))


def pdf_text(content: bytes) -> str:
    assert content.startswith(b"%PDF-"), content[:200]
    return normalized("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
