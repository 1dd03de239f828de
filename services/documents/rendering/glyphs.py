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
# Invisible characters that would reorder the words of an official document.
_REORDERING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_BREAKS = frozenset("\t\r\n\x0b\x0c\u2028\u2029")


@cache
def printable() -> frozenset[int]:
    """Code points for which both fonts have a glyph."""
    glyph_maps = [TTFontFile(str(FONTS / name), charInfo=1).charToGlyph for name in FILES]
    return frozenset(set.intersection(*(set(glyph_map) for glyph_map in glyph_maps)))


def cleaned(text: str) -> str:
    """The text in NFC, white space as plain spaces, without control or reordering characters."""
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if character in _BREAKS else character for character in composed)
    return "".join(character for character in spaced if _is_text(character))


def _is_text(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Cn") and character not in _REORDERING


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
