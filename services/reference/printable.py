"""Which characters the portal's documents can print: Latin of every country, Greek, Cyrillic, usual signs.

`data/caracteres.json` is what the fonts of documents hold; a test compares both.
"""

from __future__ import annotations

from functools import cache

from services.reference.datafiles import read_json

MAX_NAMED_CHARACTERS = 5


@cache
def code_points() -> frozenset[int]:
    ranges = (text.split("-") for text in read_json("caracteres.json")["ranges"])
    return frozenset(point for first, last in ranges for point in range(int(first, 16), int(last, 16) + 1))


def unprintable(text: str) -> tuple[str, ...]:
    """The characters of a text in NFC that cannot be printed, each once."""
    return tuple(dict.fromkeys(character for character in text if ord(character) not in code_points()))


def refusal(text: str) -> str | None:
    """Why a text that is printed cannot be taken, and what to do; None where it can."""
    characters = unprintable(text)
    if not characters:
        return None
    named = ", ".join(f"« {character} »" for character in characters[:MAX_NAMED_CHARACTERS])
    if len(characters) == 1:
        subject = f"Le caractère {named} ne peut pas être imprimé"
    else:
        more = len(characters) - MAX_NAMED_CHARACTERS
        subject = f"Les caractères {named}{f' et {more} de plus' if more > 0 else ''} ne peuvent pas être imprimés"
    return (
        f"{subject} sur vos documents. Écrivez en lettres latines, comme sur votre pièce d'identité française "
        "ou votre titre de séjour."
    )
