"""From a sheet to bytes: the PDF by xhtml2pdf and the accessible HTML page, from the same cleaned values."""

from __future__ import annotations

import dataclasses
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from pypdf import PdfReader
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from services.documents.rendering.glyphs import FILES, FONTS, cleaned, missing_in, typeset
from services.documents.rendering.sheet import Sheet

# xhtml2pdf tells of every style rule it meets; what matters to us raises.
logging.getLogger("xhtml2pdf").setLevel(logging.ERROR)

# The only files a document may read are our fonts, whatever its text holds; no address is ever fetched.
_POLICY = ResourceAccessPolicy.server(base_dir=FONTS, allow_remote=False, max_resources=len(FILES))
_TEMPLATES = Environment(
    loader=PackageLoader("services.documents.rendering"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class RenderingFailed(Exception):
    """xhtml2pdf could not make a document; the text is its own account, without the document's."""


@dataclass(frozen=True)
class Rendered:
    """One document in both forms. `missing`: the characters that the fonts lack, as often as they occur."""

    pdf: bytes
    html: bytes
    missing: tuple[str, ...]


def render(sheet: Sheet) -> Rendered:
    """Print a sheet; raises RenderingFailed."""
    clean = _mapped(sheet, cleaned)
    missing = tuple(character for text in _texts(clean) for character in missing_in(text))
    return Rendered(pdf_of(clean), html_of(clean), missing)


def pdf_of(sheet: Sheet) -> bytes:
    """The paper form of a cleaned sheet; what no font of ours has is replaced by a visible mark.

    Most papers are one page, and are drawn once as such: xhtml2pdf's own count draws each paper twice.
    """
    shown = _mapped(sheet, typeset)
    paper = _drawn(paper_source(shown, pages=1))
    pages = PdfReader(io.BytesIO(paper)).get_num_pages()
    return paper if pages == 1 else _drawn(paper_source(shown, pages))


def paper_source(shown: Sheet, pages: int) -> str:
    """What the paper form is drawn from; `pages` is how many of them its feet tell."""
    return _TEMPLATES.get_template("paper.html").render(sheet=shown, fonts=FILES, pages=pages)


def _drawn(source: str) -> bytes:
    output = io.BytesIO()
    status = pisa.CreatePDF(
        source,
        dest=output,
        encoding="utf-8",
        path=str(FONTS / "paper.html"),
        link_callback=_only_fonts,
        default_css="",  # the template says all: xhtml2pdf's own style sheet would be read and matched for each paper
        resource_policy=_POLICY,
    )
    if status.err:
        raise RenderingFailed(f"{status.err} error(s)")
    return output.getvalue()


def html_of(sheet: Sheet) -> bytes:
    """The accessible form of a cleaned sheet: a complete page without script, font or image of others."""
    return _TEMPLATES.get_template("page.html").render(sheet=sheet).encode()


def _only_fonts(uri: str, _base: str | None = None) -> str:
    name = uri.rsplit("/", 1)[-1]
    if uri in FILES or uri == str(FONTS / name):
        return str(FONTS / name)
    raise RenderingFailed("a document asked for a resource that is not one of our fonts")


def _texts(value: Any) -> list[str]:
    """Every text in dataclasses and tuples."""
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _mapped(value, keep)
    return found


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of dataclasses and tuples with every text in them changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_mapped(item, change) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        changes = {field.name: _mapped(getattr(value, field.name), change) for field in fields}
        return dataclasses.replace(cast(Any, value), **changes)
    return value
