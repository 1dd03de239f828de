"""What an instant look at a file finds, before anybody examines it: it warns, and never refuses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """Why a page may be hard to read."""

    BLANK = "blank"
    SIDEWAYS = "sideways"
    BLURRED = "blurred"
    SMALL = "small"


@dataclass(frozen=True)
class Look:
    """`pages`: of a PDF; None for what has none. No sign also where nobody could look."""

    pages: int | None = None
    signs: tuple[Sign, ...] = ()


def of_pages(signs: list[tuple[Sign, ...]]) -> tuple[Sign, ...]:
    """Of a document whose pages have these: the back of a sheet may be blank, one blurred page is one too many."""
    blank = bool(signs) and all(Sign.BLANK in found for found in signs)
    seen = {sign for found in signs for sign in found} - (set() if blank else {Sign.BLANK})
    return tuple(sign for sign in Sign if sign in seen)
