"""Text as documents print it."""

from __future__ import annotations

import unicodedata

# Invisible characters that would reorder the words of an official document.
_REORDERING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset("\t\r\n\x0b\x0c\u2028\u2029")


def cleaned(text: str) -> str:
    """The text in NFC, white space as plain spaces, without control or reordering characters."""
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if character in _BREAKS else character for character in composed)
    return "".join(character for character in spaced if _is_text(character))


def _is_text(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Cn") and character not in _REORDERING
