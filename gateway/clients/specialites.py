"""Spécialités by domain, and the épreuves and pieces that each leads to be asked, as registrations describes them."""

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
class SpecialiteEpreuve:
    code: str
    label: str
    mandatory: bool
    parent: str | None


@dataclass(frozen=True)
class SpecialitePiece:
    label: str
    certain: bool


@dataclass(frozen=True)
class SpecialiteDetails:
    specialite: Specialite
    epreuves: tuple[SpecialiteEpreuve, ...]
    pieces: tuple[SpecialitePiece, ...]
