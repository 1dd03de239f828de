"""How spécialités are named in fields and found by what is typed."""

from __future__ import annotations

from collections.abc import Iterable

from services.reference.text import folded
from services.registrations.domain.definition import Specialite
from services.registrations.domain.forms import Option


def specialite_label(specialite: Specialite) -> str:
    """« Banque - conseiller de clientèle (31310) »"""
    return f"{specialite.label} ({specialite.code})"


def matching(specialites: Iterable[Specialite], typed: str, limit: int) -> tuple[Option, ...]:
    """Those whose words or code begin like every word typed, in any order; labels that begin so come first."""
    wanted = folded(typed)
    found = sorted(
        (one for one in specialites if _matches(one, wanted)),
        key=lambda one: (not folded(one.label).startswith(wanted), folded(one.label)),
    )
    return tuple(Option(one.code, specialite_label(one)) for one in found)[: max(limit, 0)]


def _matches(specialite: Specialite, wanted: str) -> bool:
    label = f" {folded(specialite.label)} {folded(specialite.code)}"
    return all(f" {word}" in label for word in wanted.split())
