"""Départements, DOM and COM, by their code of three characters (014, 02A, 971) as the portal lists them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from services.reference.datafiles import read_json


class Kind(StrEnum):
    DEPARTEMENT = "departement"
    DOM = "dom"
    COM = "com"


@dataclass(frozen=True, slots=True)
class Departement:
    code: str
    insee: str  # 14, 2A, 971
    name: str  # « Calvados »
    complement: str  # « du Calvados », after a noun
    label: str  # « 014 - CALVADOS »
    kind: Kind
    academie: str | None  # two-digit code; of no académie but a vice-rectorat for some COM, None for the TAAF


def all() -> tuple[Departement, ...]:
    """Every département, DOM and COM, in the order of their codes."""
    return tuple(_by_code().values())


def by_code(code: str) -> Departement | None:
    """The département of this code; three characters, « 02A » in capitals."""
    return _by_code().get(code)


@cache
def _by_code() -> dict[str, Departement]:
    return {row["code"]: _departement(row) for row in read_json("departements.json")["departements"]}


def _departement(row: dict[str, Any]) -> Departement:
    return Departement(
        code=row["code"],
        insee=row["insee"],
        name=row["nom"],
        complement=row["complement"],
        label=row["libelle"],
        kind=Kind(row["kind"]),
        academie=row["academie"],
    )
