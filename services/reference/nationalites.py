"""Nationalities, by the code of their country, in the gender that the civilité asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from services.reference.datafiles import read_json

_FEMININE_CIVILITES = frozenset({"MADAME", "MADEMOISELLE"})


@dataclass(frozen=True, slots=True)
class Nationalite:
    code: str
    masculine: str  # « Français »
    feminine: str  # « Française », also what agrees with the word « nationalité » on documents

    def label(self, civilite: str) -> str:
        """The form for a civilité of the account form, « MONSIEUR » or « MADAME »."""
        return self.feminine if civilite.upper() in _FEMININE_CIVILITES else self.masculine


def all() -> tuple[Nationalite, ...]:
    """Every nationality: the French one, the others by masculine label, stateless and other at the end."""
    return tuple(_by_code().values())


def by_code(code: str) -> Nationalite | None:
    """The nationality of a country's three-digit code, of 998 (stateless) or 999 (other)."""
    return _by_code().get(code)


def label(code: str, civilite: str) -> str:
    """« Français » or « Française » for code 100; an empty text for an unknown code."""
    nationalite = by_code(code)
    return nationalite.label(civilite) if nationalite else ""


@cache
def _by_code() -> dict[str, Nationalite]:
    rows = read_json("nationalites.json")["nationalites"]
    return {row["code"]: Nationalite(row["code"], row["masculin"], row["feminin"]) for row in rows}
