"""What helps to choose: spécialités by domain, what one of them leads to be asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Specialite:
    code: str
    label: str
    acronym: str | None


@dataclass(frozen=True)
class Domain:
    label: str
    specialites: tuple[Specialite, ...]


@dataclass(frozen=True)
class AskedEpreuve:
    code: str
    label: str
    mandatory: bool
    parent: str | None


@dataclass(frozen=True)
class AskedPiece:
    label: str
    certain: bool


@dataclass(frozen=True)
class Asked:
    specialite: Specialite
    epreuves: tuple[AskedEpreuve, ...]
    pieces: tuple[AskedPiece, ...]
