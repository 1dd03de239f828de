"""How people's names are kept: as written on the identity document, in one single encoding."""

from __future__ import annotations

import unicodedata

# Control, formatting and (from broken encodings, which no database takes) surrogate characters.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_APOSTROPHES_AND_HYPHENS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-"})


def normalised(text: str) -> str:
    """`text` in Unicode NFC, single spaces, plain apostrophes and hyphens; case and accents untouched.

    Control and invisible formatting characters are dropped: these could make a page or a PDF show a name in
    another order than it is stored. The result may be empty.
    """
    if text.isascii() and text.isprintable():  # as most of what people type is: none of the rest can be in it
        return " ".join(text.split())
    spaced = " ".join(text.translate(_APOSTROPHES_AND_HYPHENS).split())
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)
    # Dropping a character can bring two spaces together, or a mark next to its letter.
    return unicodedata.normalize("NFC", " ".join(visible.split()))
