"""Countries of birth and of residence, by the codes of the Éducation nationale (FRANCE is 100)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from services.reference.datafiles import read_json

FRANCE = "100"


@dataclass(frozen=True, slots=True)
class Pays:
    code: str
    label: str  # in capitals, as the portal shows it: « FRANCE (DONT OUTRE-MER) »
    iso2: str | None  # ISO 3166-1; None for former states and groups of territories
    historical: bool

    @property
    def is_france(self) -> bool:
        return self.code == FRANCE


def all() -> tuple[Pays, ...]:
    """Every country, former ones included, FRANCE first and the rest by label."""
    return tuple(_by_code().values())


@cache
def proposed() -> tuple[Pays, ...]:
    """The countries that a list offers: those that exist today."""
    return tuple(pays for pays in all() if not pays.historical)


def by_code(code: str) -> Pays | None:
    """The country of this three-digit code, a former one too (someone may have been born there)."""
    return _by_code().get(code)


@cache
def _by_code() -> dict[str, Pays]:
    return {row["code"]: _pays(row) for row in read_json("pays.json")["pays"]}


def _pays(row: dict[str, Any]) -> Pays:
    return Pays(
        code=row["code"],
        label=row["libelle"],
        iso2=row["iso2"],
        historical=row.get("historique", False),
    )
