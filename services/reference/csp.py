"""Catégories socio-professionnelles (PCS 2003 of INSEE), asked of the candidate or a legal representative."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from services.reference.datafiles import read_json


@dataclass(frozen=True, slots=True)
class Csp:
    code: str
    label: str
    group: str  # label of its group, for an <optgroup>; empty where there is none
    historical: bool


def all() -> tuple[Csp, ...]:
    """Every category in the order of its code, former ones included."""
    return tuple(_by_code().values())


@cache
def proposed() -> tuple[Csp, ...]:
    """The categories that a list offers; conscripts, for one, no longer exist."""
    return tuple(csp for csp in all() if not csp.historical)


def by_code(code: str) -> Csp | None:
    """The category of this two-digit code."""
    return _by_code().get(code)


@cache
def _by_code() -> dict[str, Csp]:
    content = read_json("csp.json")
    return {row["code"]: _csp(row, content["groupes"]) for row in content["csp"]}


def _csp(row: dict[str, Any], groups: dict[str, str]) -> Csp:
    return Csp(row["code"], row["libelle"], groups.get(row["groupe"], ""), row.get("historique", False))
