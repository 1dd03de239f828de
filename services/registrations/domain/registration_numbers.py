"""N° candidat (for life), N° d'inscription (001, 002 …) and labels of versions."""

import re

from services.contracts.candidate_numbers import (
    NUMERO_CANDIDAT_LENGTH,
    NUMERO_INSCRIPTION_FORM,
    NUMERO_INSCRIPTION_LENGTH,
    TYPED_NUMERO_CANDIDAT_FORM,
    numero_candidat_in,
)

SEQUENCE_DIGITS = NUMERO_CANDIDAT_LENGTH - 5
LARGEST_SEQUENCE = 10**SEQUENCE_DIGITS - 1
_NUMEROS = re.compile(rf"({TYPED_NUMERO_CANDIDAT_FORM})((?:{NUMERO_INSCRIPTION_FORM})?)")


def school_year(session_year: int) -> int:
    """First year of the school year in which the session's candidates register: 2021 for session
    2022."""
    return session_year - 1


def numero_candidat(session_year: int, academie: str, sequence: int) -> str:
    """`0`, the school year's first year and the académie on two digits each, the sequence:
    02103000001. Raises ValueError for an académie that is not two digits or a sequence out of 1 …
    LARGEST_SEQUENCE."""
    if len(academie) != 2 or not academie.isascii() or not academie.isdigit():
        raise ValueError("an académie has two digits")
    if not 1 <= sequence <= LARGEST_SEQUENCE:
        raise ValueError(f"a sequence is of 1 to {LARGEST_SEQUENCE}")
    return f"0{school_year(session_year) % 100:02d}{academie}{sequence:0{SEQUENCE_DIGITS}d}"


def typed_numeros(word: str) -> tuple[str | None, str]:
    """The N° candidat that a word of a search is, with or without its leading 0; None for any other
    word. And the N° d'inscription that follows it without a space; empty without one."""
    typed = _NUMEROS.fullmatch(word)
    return (numero_candidat_in(typed[1]), typed[2]) if typed else (None, "")


def next_inscription(last: int) -> int:
    """Return the sequence of the candidature that a candidate saves after the `last`; 0 before the
    first."""
    return last + 1


def numero_inscription(sequence: int) -> str:
    """« 001 » for a candidate's first saved candidature."""
    if sequence < 1:
        raise ValueError("a sequence starts at 1")
    return f"{sequence:0{NUMERO_INSCRIPTION_LENGTH}d}"


def version_label(version: int) -> str:
    """« Version 02 », as pages say it."""
    return f"Version {version:02d}"
