"""The state of conformity that the law requires a site to declare, computed from the findings on the criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.accessibility.criteria import THEMES, Theme
from gateway.accessibility.findings import FINDINGS, NOT_EVALUATED, Finding, State

FULLY, PARTLY, NOT = "totalement conforme", "partiellement conforme", "non conforme"


@dataclass(frozen=True)
class Count:
    """Number of criteria in each state. A criterion that was not evaluated counts as applicable and not conforming."""

    conforming: int
    non_conforming: int
    not_applicable: int
    to_evaluate: int

    @property
    def total(self) -> int:
        return self.applicable + self.not_applicable

    @property
    def applicable(self) -> int:
        return self.conforming + self.non_conforming + self.to_evaluate

    @property
    def percent(self) -> int:
        """Conforming among applicable, rounded down: 99.9 is not 100."""
        return 100 * self.conforming // self.applicable if self.applicable else 100

    @property
    def state(self) -> str:
        if self.conforming == self.applicable:
            return FULLY
        return PARTLY if self.percent >= 50 else NOT


@dataclass(frozen=True)
class EvaluatedCriterion:
    """A criterion and its finding."""

    number: str
    title: str
    finding: Finding


def count_states(states: Iterable[State]) -> Count:
    by_state = Counter(states)
    return Count(
        conforming=by_state[State.CONFORMING],
        non_conforming=by_state[State.NON_CONFORMING],
        not_applicable=by_state[State.NOT_APPLICABLE],
        to_evaluate=by_state[State.TO_EVALUATE],
    )


def evaluated_criteria(theme: Theme, findings: Mapping[str, Finding] = FINDINGS) -> tuple[EvaluatedCriterion, ...]:
    pairs = zip(theme.numbers, theme.titles, strict=True)
    return tuple(EvaluatedCriterion(number, title, findings.get(number, NOT_EVALUATED)) for number, title in pairs)


def count_criteria(criteria: Iterable[EvaluatedCriterion]) -> Count:
    return count_states(criterion.finding.state for criterion in criteria)


CRITERIA_BY_THEME = tuple((theme, evaluated_criteria(theme)) for theme in THEMES)
OVERALL = count_criteria(criterion for _, criteria in CRITERIA_BY_THEME for criterion in criteria)
