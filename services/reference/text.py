"""How names of places are written (`capitals`) and compared (`folded`).

The guide writes places in unaccented capitals (TROYES, BESANCON); people type them with or without accents,
apostrophes and hyphens, and abbreviate Saint.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Typographic signs made plain, and letters that Unicode does not decompose into a base letter and marks.
_PLAIN = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-", "—": "-",
        "Œ": "OE", "œ": "oe", "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Đ": "D", "đ": "d",
        "Ð": "D", "ð": "d",
        "Ł": "L", "ł": "l", "Ħ": "H", "ħ": "h", "Þ": "TH", "þ": "th", "ẞ": "SS", "ß": "ss", "ı": "i",
    }
)  # fmt: skip
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_WORD = re.compile(r"[^\W_]+")
_ORDINAL = re.compile(r"0*([0-9]+)(?:er|re|ere|e|eme)?")


def capitals(text: str) -> str:
    """`text` in unaccented capitals: « L'Haÿ-les-Roses » gives « L'HAY-LES-ROSES », « Œuilly » « OEUILLY ».

    Apostrophes and hyphens stay, typographic ones become plain, runs of spaces become one. Only Latin letters
    lose their marks: in other scripts й and и are different letters.
    """
    return " ".join(_plain(text).upper().split())


@lru_cache(maxsize=4096)  # the same labels of lists are compared at every search
def folded(text: str) -> str:
    """The form in which two spellings of a place are equal: « St-Étienne » and « SAINT ETIENNE » are.

    Lower case without accents, words separated by one space, Saint and Sainte in full, « 1er » and « 01 » as
    « 1 ». For comparing only, never for showing.
    """
    return " ".join(_folded_word(word) for word in words(text))


def words(text: str) -> list[str]:
    """The words of `text` in lower case without accents, abbreviations left as they are."""
    return _WORD.findall(_plain(text).lower())


def _folded_word(word: str) -> str:
    ordinal = _ORDINAL.fullmatch(word)
    return ordinal[1] if ordinal else _SAINTS.get(word, word)


def _plain(text: str) -> str:
    if text.isascii():
        # Grave accents typed as apostrophes are the one mark that ASCII text may hold.
        return text.replace("`", "'")
    # Twice: « ´ » decomposes into a space and a mark, while « ǿ » shows its ø only once the mark is gone.
    return _without_marks(text.translate(_PLAIN)).translate(_PLAIN)


def _without_marks(text: str) -> str:
    characters: list[str] = []
    base_is_latin = False
    for character in unicodedata.normalize("NFKD", text):
        if not unicodedata.combining(character):
            base_is_latin = unicodedata.name(character, "").startswith("LATIN")
        elif base_is_latin:
            continue
        characters.append(character)
    return unicodedata.normalize("NFC", "".join(characters))
