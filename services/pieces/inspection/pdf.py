"""PDF: whole (its end is there and points to its index), with at least one page, readable without a password.

A PDF that opens without a password but forbids printing or copying is accepted: whoever examines it can read it.
"""

from __future__ import annotations

import re
from typing import BinaryIO

import pikepdf

from services.pieces.domain.refusals import damaged, protected

WHAT = "Ce PDF"
TAIL = 2048  # bytes in which readers look for the end
_START = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF")


def check(content: BinaryIO) -> None:
    """Raises FileRefused for a truncated, unreadable, pageless or locked PDF."""
    _check_end(content)
    content.seek(0)
    try:
        with pikepdf.open(content, suppress_warnings=True) as document:
            pages = len(document.pages)
    except pikepdf.PasswordError as error:
        raise protected(WHAT) from error
    except MemoryError:
        raise
    except (Exception, RecursionError) as error:  # a parser fed with anything at all fails in any way
        raise damaged(WHAT) from error
    if pages < 1:
        raise damaged(WHAT)


def _check_end(content: BinaryIO) -> None:
    size = content.seek(0, 2)
    content.seek(max(0, size - TAIL))
    ends = _START.findall(content.read())
    if not ends or int(ends[-1]) >= size:
        raise damaged(WHAT)
