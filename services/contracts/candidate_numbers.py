"""The form of the two numbers that registrations gives, and how they are read as people type them:
the N° candidat, which a candidate has for life, and the N° d'inscription of each candidature."""

import re

NUMERO_CANDIDAT_LENGTH = 11
NUMERO_CANDIDAT_LENGTH_IN_WORDS = "onze chiffres"
NUMERO_CANDIDAT_FORM = rf"[0-9]{{{NUMERO_CANDIDAT_LENGTH}}}"
"""A whole N° candidat, as a regular expression."""
TYPED_NUMERO_CANDIDAT_FORM = rf"[0-9]{{{NUMERO_CANDIDAT_LENGTH - 1},{NUMERO_CANDIDAT_LENGTH}}}"
"""The same as it may be typed: each begins with a zero, which spreadsheets drop."""
NUMERO_INSCRIPTION_LENGTH = 3
NUMERO_INSCRIPTION_LENGTH_IN_WORDS = "trois chiffres"
NUMERO_INSCRIPTION_FORM = rf"[0-9]{{{NUMERO_INSCRIPTION_LENGTH}}}"
"""A whole N° d'inscription, with its zeros, as a regular expression."""


def numero_candidat_in(typed: str) -> str | None:
    """Return the N° candidat that was typed, with its leading zero; None for any other text."""
    if not re.fullmatch(TYPED_NUMERO_CANDIDAT_FORM, typed):
        return None
    return typed.zfill(NUMERO_CANDIDAT_LENGTH)


def numero_inscription_in(typed: str) -> str | None:
    """Return the N° d'inscription that was typed, with its zeros; None for any other text."""
    if not re.fullmatch(rf"[0-9]{{1,{NUMERO_INSCRIPTION_LENGTH}}}", typed):
        return None
    return typed.zfill(NUMERO_INSCRIPTION_LENGTH)
