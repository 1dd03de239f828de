"""The UAI, the number of a school: seven digits and a letter that checks them (0250013D)."""

import re

# No I, O or Q, which are easily mistaken for digits.
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SHAPE = re.compile(r"[0-9]{7}[A-Z]")


def check_letter(digits: str) -> str:
    """The check letter of seven digits: their number modulo 23, as an index into the 23 letters
    used."""
    return _LETTERS[int(digits) % len(_LETTERS)]


def is_valid(uai: str) -> bool:
    """Whether `uai` has seven digits followed by their check letter, in capitals and without
    spaces."""
    return _SHAPE.fullmatch(uai) is not None and uai[-1] == check_letter(uai[:-1])
