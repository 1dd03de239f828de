"""Renders a sheet to bytes: the PDF by xhtml2pdf and the accessible HTML page, from the same
cleaned values.

The fonts have Latin of every country, Greek and Cyrillic. Both files are subsets of DejaVu Sans
Condensed 2.37 (licence beside them), so nothing is fetched at run time.
"""

import dataclasses
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from pypdf import PdfReader
from reportlab.pdfbase.ttfonts import TTFontFile
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from services.contracts.document_rules import FileFormat, cleaned_text
from services.documents.domain.proofs import Proof
from services.documents.rendering.sheet import Sheet
from services.documents.rendering.stamp import PNG

FONTS = Path(__file__).parent / "fonts"
FILES = ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@cache
def printable() -> frozenset[int]:
    """Return the code points for which both fonts have a glyph."""
    glyph_maps = [TTFontFile(str(FONTS / name), charInfo=1).charToGlyph for name in FILES]
    return frozenset(set.intersection(*(set(glyph_map) for glyph_map in glyph_maps)))


def typeset(text: str) -> str:
    """Prepare a text for the PDF: no line break beside guillemets, U+FFFD for each character that
    cannot be printed."""
    unbroken = text.replace("« ", "«\N{NO-BREAK SPACE}").replace(" »", "\N{NO-BREAK SPACE}»")
    return "".join(
        character if ord(character) in printable() else REPLACEMENT for character in unbroken
    )


# xhtml2pdf logs every style rule it meets; what matters here raises.
logging.getLogger("xhtml2pdf").setLevel(logging.ERROR)

# A document may read our fonts and its own stamp, whatever its text holds; no address is ever
# fetched.
_POLICY = ResourceAccessPolicy.server(
    base_dir=FONTS, allow_remote=False, max_resources=len(FILES) + 1
)
_TEMPLATES = Environment(
    loader=PackageLoader("services.documents.rendering"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class RenderingFailed(Exception):
    """xhtml2pdf could not render a document. The message holds none of the document's text."""


@dataclass(frozen=True)
class Rendered:
    """One document as PDF and HTML, with the proof that both show."""

    pdf: bytes
    html: bytes
    proof: Proof | None = None

    def in_format(self, file_format: FileFormat) -> bytes:
        return self.pdf if file_format is FileFormat.PDF else self.html


def render(sheet: Sheet) -> Rendered:
    """Render a sheet in both formats. Raises RenderingFailed."""
    cleaned_sheet = _map_texts(sheet, cleaned_text)
    return Rendered(pdf_of(cleaned_sheet), html_of(cleaned_sheet), sheet.proof)


def pdf_of(sheet: Sheet) -> bytes:
    """Render the PDF of a cleaned sheet; characters that the fonts lack are replaced by a mark.

    Most PDFs have one page, and are rendered once as such: letting xhtml2pdf count the pages
    renders every PDF twice.
    """
    typeset_sheet = _map_texts(sheet, typeset)
    pdf = _render_pdf(typeset_sheet, pages=1)
    pages = PdfReader(io.BytesIO(pdf)).get_num_pages()
    return pdf if pages == 1 else _render_pdf(typeset_sheet, pages)


def _render_pdf(sheet: Sheet, pages: int) -> bytes:
    """Render a PDF whose footers print that total of pages. Raises RenderingFailed."""
    output = io.BytesIO()
    status = pisa.CreatePDF(
        _TEMPLATES.get_template("pdf.html").render(sheet=sheet, fonts=FILES, pages=pages),
        dest=output,
        encoding="utf-8",
        path=str(FONTS / "pdf.html"),
        link_callback=_only_fonts,
        # the template has all rules: xhtml2pdf's own style sheet would be parsed for each PDF
        default_css="",
        resource_policy=_POLICY,
    )
    if status.err:
        raise RenderingFailed(f"{status.err} error(s)")
    return output.getvalue()


def html_of(sheet: Sheet) -> bytes:
    """Render the accessible HTML of a cleaned sheet: a complete page that loads no script, font or
    image."""
    return _TEMPLATES.get_template("page.html").render(sheet=sheet).encode()


def _only_fonts(uri: str, _base: str | None = None) -> str:
    name = uri.rsplit("/", 1)[-1]
    if uri.startswith(PNG):
        return uri
    if uri in FILES or uri == str(FONTS / name):
        return str(FONTS / name)
    raise RenderingFailed(
        "a document asked for a resource that is neither one of our fonts nor a stamp"
    )


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Copy dataclasses and tuples with every text in them changed, whatever their types."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_map_texts(item, change) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        changes = {field.name: _map_texts(getattr(value, field.name), change) for field in fields}
        return dataclasses.replace(cast(Any, value), **changes)
    return value
