"""The fonts of documents and the characters they have: Latin of every country, Greek and Cyrillic.

Both files are subsets of DejaVu Sans Condensed 2.37 (licence beside them), so nothing is fetched at run time.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFontFile

FONTS = Path(__file__).parent / "fonts"
FILES = ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@cache
def printable() -> frozenset[int]:
    """Code points for which both fonts have a glyph."""
    glyph_maps = [TTFontFile(str(FONTS / name), charInfo=1).charToGlyph for name in FILES]
    return frozenset(set.intersection(*(set(glyph_map) for glyph_map in glyph_maps)))


def missing_in(text: str) -> tuple[str, ...]:
    """The characters of a cleaned text that cannot be printed, as often as they occur."""
    return tuple(character for character in text if ord(character) not in printable())


def with_replacements(text: str) -> str:
    """The text with U+FFFD in place of each character that cannot be printed."""
    return "".join(character if ord(character) in printable() else REPLACEMENT for character in text)


def typeset(text: str) -> str:
    """The text for the PDF: no line break beside guillemets, U+FFFD for what cannot be printed."""
    return with_replacements(text.replace("« ", "«\N{NO-BREAK SPACE}").replace(" »", "\N{NO-BREAK SPACE}»"))


def scripts_of(characters: tuple[str, ...]) -> tuple[str, ...]:
    """The scripts that characters belong to ("HEBREW", "CJK"): for logs, which must hold no part of a name."""
    return tuple(sorted({unicodedata.name(character, "UNNAMED").split()[0] for character in characters}))
