"""Accessibility of the portal: the criteria of RGAA 4.1 with what was found on each (accessibility.toml), and the state
of conformity that the law requires a site to declare, computed from them."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

CONFORMING, NON_CONFORMING, NOT_APPLICABLE, TO_EVALUATE = "conforme", "non conforme", "non applicable", "à évaluer"
STATES = (CONFORMING, NON_CONFORMING, TO_EVALUATE, NOT_APPLICABLE)
FULLY, PARTLY, NOT = "totalement conforme", "partiellement conforme", "non conforme"
GRID: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
AXE_VERSION: str = GRID["axe_version"]
ESTABLISHED_ON: date = GRID["established_on"]
METHODS = {
    "axe": f"test automatique (axe {AXE_VERSION})",
    "html": "test automatique (code HTML)",
    "parcours": "test du parcours",
    "manuel": "examen manuel",
}


@dataclass(frozen=True)
class Criterion:
    """`observation`: what was found, by `method` of METHODS; nothing of what is to be evaluated."""

    number: str
    title: str
    state: str = TO_EVALUATE
    method: str = ""
    observation: str = ""


class Count(Counter[str]):
    """Number of criteria in each state. A criterion that was not evaluated counts as applicable and not conforming."""

    @property
    def figures(self) -> list[int]:
        """In the order of STATES."""
        return [self[state] for state in STATES]

    @property
    def applicable(self) -> int:
        return self.total() - self[NOT_APPLICABLE]

    @property
    def percent(self) -> int:
        """Conforming among applicable, rounded down: 99.9 is not 100."""
        return 100 * self[CONFORMING] // self.applicable if self.applicable else 100

    @property
    def state(self) -> str:
        if self[CONFORMING] == self.applicable:
            return FULLY
        return PARTLY if self.percent >= 50 else NOT


THEMES = tuple(
    (f"{number}. {theme['name']}", tuple(Criterion(*finding) for finding in theme["criteria"]))
    for number, theme in enumerate(GRID["themes"], start=1)
)
"""(heading, criteria) of each."""
CRITERIA = tuple(criterion for _, criteria in THEMES for criterion in criteria)


def count(criteria: Iterable[Criterion]) -> Count:
    return Count(criterion.state for criterion in criteria)


def criteria_in(state: str) -> list[Criterion]:
    return [criterion for criterion in CRITERIA if criterion.state == state]


OVERALL = count(CRITERIA)
