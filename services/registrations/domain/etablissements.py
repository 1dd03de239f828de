"""Establishments, and the interface by which they are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Etablissement:
    code: str  # "0250013D", "CNED", "INDIVIDUELS 025"
    label: str  # "LP P.ADRIEN PARIS - BESANCON (0250013D)", as shown
    kind: str  # "lycee", "cned", "individuels" …
    departement: str | None = None  # three characters
    habilite_ccf: bool = False


@dataclass(frozen=True)
class EtablissementSearch:
    """No kinds: every kind; no départements: all. Those of the département `near` come before others."""

    limit: int
    typed: str = ""
    kinds: tuple[str, ...] = ()
    departements: tuple[str, ...] = ()
    near: str | None = None


class EtablissementDirectory(Protocol):
    """Looks establishments up: in a table in the service, in memory in tests."""

    def by_code(self, code: str) -> Etablissement | None: ...

    def search(self, search: EtablissementSearch) -> tuple[Etablissement, ...]:
        """Best first."""
        ...
