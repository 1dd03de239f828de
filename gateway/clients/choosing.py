"""What helps to choose: the answers of a search, spécialités by domain, what one of them leads to be asked."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.forms import Option


@dataclass(frozen=True)
class Found:
    options: tuple[Option, ...]
    advice: str | None = None


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
