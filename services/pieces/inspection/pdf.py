"""Checks of PDF: whole (its end is there and points to its index), with at least one page, readable without a password.

A PDF that opens without a password but forbids printing or copying is accepted: staff can read it.
"""

from __future__ import annotations

import re
from typing import BinaryIO

import pikepdf

from services.pieces.domain.refusals import damaged, protected

NOUN_PHRASE = "Ce PDF"
TAIL_BYTES = 2048  # in which readers look for the end
_STARTXREF = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF")


def check(content: BinaryIO) -> None:
    """Raises FileRefused for a PDF that is truncated, unreadable, without pages or encrypted."""
    _check_end(content)
    content.seek(0)
    try:
        with pikepdf.open(content, suppress_warnings=True) as document:
            pages = len(document.pages)
    except pikepdf.PasswordError as error:
        raise protected(NOUN_PHRASE) from error
    except MemoryError:
        raise
    except (Exception, RecursionError) as error:  # a parser may fail in any way on hostile bytes
        raise damaged(NOUN_PHRASE) from error
    if pages < 1:
        raise damaged(NOUN_PHRASE)


def _check_end(content: BinaryIO) -> None:
    size = content.seek(0, 2)
    content.seek(max(0, size - TAIL_BYTES))
    ends = _STARTXREF.findall(content.read())
    if not ends or int(ends[-1]) >= size:
        raise damaged(NOUN_PHRASE)
