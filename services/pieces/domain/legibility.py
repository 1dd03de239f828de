"""Signs that a file may be hard to read, found when it is deposited: they warn the candidate, and never refuse."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.piece_rules import Sign


@dataclass(frozen=True)
class Look:
    """What a look at a file found. `pages`: of a PDF, else None. Also without signs where no look was possible."""

    pages: int | None = None
    signs: tuple[Sign, ...] = ()


def signs_of_document(signs: list[tuple[Sign, ...]]) -> tuple[Sign, ...]:
    """The signs of a document from those of each page: any page's, but BLANK only where all pages are, since the back
    of a sheet may be blank."""
    is_blank = bool(signs) and all(Sign.BLANK in signs_of_page for signs_of_page in signs)
    document_signs = {sign for signs_of_page in signs for sign in signs_of_page} - (set() if is_blank else {Sign.BLANK})
    return tuple(sign for sign in Sign if sign in document_signs)
