"""Named formats of texts, for fields of tabs and the exam's own questions, with what each expects in French."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from services.reference import telephones, uai

_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


@dataclass(frozen=True)
class Format:
    fits: Callable[[str], bool]
    expected: str  # ends « Localité : … »
    inputmode: str | None = None


def french_date(text: str) -> date | None:
    """A day typed dd/mm/yyyy; None for anything else, 30/02/2001 included."""
    match = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", text)
    if not match:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def _is_telephone(text: str) -> bool:
    try:
        return bool(telephones.normalised(text))
    except ValueError:
        return False


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


FORMATS: Mapping[str, Format] = {
    "annee": Format(_matching("(?:19|20)[0-9]{2}"), "une année sur quatre chiffres, par exemple 2021", "numeric"),
    "code_postal": Format(_matching("[0-9]{5}"), "un code postal de cinq chiffres, par exemple 35000", "numeric"),
    "date": Format(lambda text: french_date(text) is not None, "une date telle que 30/05/1998", "numeric"),
    "email": Format(lambda text: _MAIL.fullmatch(text) is not None, "une adresse telle que nom.prenom@domaine.fr"),
    "nombre": Format(_matching("-?[0-9]{1,9}"), "un nombre entier", "numeric"),
    "note": Format(_matching("(?:[01]?[0-9](?:[.,][0-9]{1,2})?|20(?:[.,]0{1,2})?)"), "une note de 0 à 20", "decimal"),
    "telephone": Format(_is_telephone, f"un numéro tel que {telephones.EXAMPLES}", "tel"),
    "uai": Format(uai.is_valid, "un numéro d'établissement tel que 0250013D"),
}
