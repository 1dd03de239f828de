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


class EtablissementDirectory(Protocol):
    """Looks establishments up: in a table in the service, in memory in tests."""

    def by_code(self, code: str) -> Etablissement | None: ...

    def search(
        self,
        typed: str,
        kinds: tuple[str, ...],
        departements: tuple[str, ...],
        limit: int,
        near: str | None = None,
    ) -> tuple[Etablissement, ...]:
        """Best first, those of the département `near` before others. No kinds: every kind; no départements: all."""
        ...
