"""PDF: whole (its end is there and points to its index), with at least one page, readable without a password.

A PDF that opens without a password but forbids printing or copying is accepted: whoever examines it can read it.
"""

from __future__ import annotations

import re
from typing import BinaryIO, TypeVar

import structlog
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from services.pieces.domain.refusals import FileRefused, damaged, protected

log = structlog.get_logger()

Kind = TypeVar("Kind")

WHAT = "Ce PDF"
TAIL = 2048  # bytes in which readers look for the end
DEEPEST = 50  # levels of the tree of pages
_START = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF")


def check(content: BinaryIO) -> None:
    """Raises FileRefused for a truncated, unreadable, pageless or locked PDF."""
    _check_end(content)
    content.seek(0)
    try:
        reader = PdfReader(content, strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = 0 if locked else _pages(reader)
    except FileRefused:
        raise
    except (Exception, RecursionError) as error:  # a parser fed with anything at all fails in any way
        log.info("pdf_unreadable", reason=type(error).__name__)
        raise damaged(WHAT) from error
    if locked:
        raise protected(WHAT)
    if pages < 1:
        raise damaged(WHAT)


def _check_end(content: BinaryIO) -> None:
    size = content.seek(0, 2)
    content.seek(max(0, size - TAIL))
    ends = _START.findall(content.read())
    if not ends or int(ends[-1]) >= size:
        raise damaged(WHAT)


def _pages(reader: PdfReader) -> int:
    """The number of pages that the root announces, once the first one could be reached; the tree is not walked."""
    pages = _of(DictionaryObject, _of(DictionaryObject, reader.trailer["/Root"])["/Pages"])
    node, depth = pages, 0
    while "/Kids" in node and depth < DEEPEST:
        node, depth = _of(DictionaryObject, _of(ArrayObject, node["/Kids"])[0]), depth + 1
    return int(pages.get("/Count", 0)) if node.get("/Type") in ("/Page", None) else 0


def _of(kind: type[Kind], value: object) -> Kind:
    found = value.get_object() if isinstance(value, IndirectObject) else value
    if not isinstance(found, kind):
        raise TypeError("another kind of object is expected")
    return found
