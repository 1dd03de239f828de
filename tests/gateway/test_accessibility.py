"""The state that the portal declares follows from its grid, and « Accessibilité » shows the grid whole."""

from __future__ import annotations

import pytest

from gateway.accessibility.conformity import (
    CRITERIA_BY_THEME,
    FULLY,
    NOT,
    OVERALL,
    PARTLY,
    Count,
    count_states,
    evaluated_criteria,
)
from gateway.accessibility.criteria import THEMES
from gateway.accessibility.findings import FINDINGS, Finding, State
from tests.gateway.components.html_checks import text_of
from tests.support.scriptless_browser import ScriptlessBrowser

CRITERIA_OF_RGAA_4_1 = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)


@pytest.mark.parametrize(
    ("grid", "percent", "state"),
    [
        (Count(conforming=499, non_conforming=501, not_applicable=0, to_evaluate=0), 49, NOT),
        (Count(conforming=36, non_conforming=36, not_applicable=34, to_evaluate=0), 50, PARTLY),
        (Count(conforming=999, non_conforming=1, not_applicable=0, to_evaluate=0), 99, PARTLY),
        (Count(conforming=72, non_conforming=0, not_applicable=34, to_evaluate=0), 100, FULLY),
    ],
)
def test_the_state_is_the_share_of_applicable_criteria_that_conform(grid: Count, percent: int, state: str) -> None:
    assert (grid.percent, grid.state) == (percent, state)


def test_what_nobody_evaluated_does_not_conform_and_what_does_not_apply_does_not_count() -> None:
    counts = count_states([State.CONFORMING, State.TO_EVALUATE, State.NOT_APPLICABLE, State.NOT_APPLICABLE])
    assert (counts.applicable, counts.total, counts.percent) == (2, 4, 50)
    conforming = Finding(State.CONFORMING, "examen manuel", "Vu.")
    frames = evaluated_criteria(THEMES[1], {"2.1": conforming})
    assert [frame.finding.state for frame in frames] == [State.CONFORMING, State.TO_EVALUATE]


def test_every_finding_is_of_a_criterion_and_says_how_it_was_found_and_what_was_seen() -> None:
    assert set(FINDINGS) <= {number for theme in THEMES for number in theme.numbers}
    assert [number for number, finding in FINDINGS.items() if not (finding.method and finding.observation)] == []
    assert not any(finding.state is State.TO_EVALUATE for finding in FINDINGS.values())


def test_the_page_declares_the_state_that_the_footer_tells(plain: ScriptlessBrowser) -> None:
    plain.get("/accessibilite")
    assert OVERALL.total == 106
    assert f"Le portail est {OVERALL.state} avec le référentiel" in plain.text
    assert f"{OVERALL.percent} % des critères applicables" in plain.text
    assert f"{OVERALL.conforming} sur {OVERALL.applicable}" in plain.text
    assert f"Accessibilité : {OVERALL.state}" in text_of(plain.page.xpath("//footer")[0])


def test_the_page_counts_each_theme_and_lists_every_criterion(plain: ScriptlessBrowser) -> None:
    plain.get("/accessibilite")
    rows = [[text_of(cell) for cell in row.xpath("./th|./td")] for row in plain.page.xpath("//tbody/tr")]
    *themes, whole = [[int(figure) for figure in figures] for _, *figures in rows]
    assert [sum(figures) for figures in themes] == list(CRITERIA_OF_RGAA_4_1)
    assert whole == [sum(column) for column in zip(*themes, strict=True)]
    listed = [text_of(line) for line in plain.page.xpath("//main//li")]
    detail = [text_of(line) for line in plain.page.xpath("//main//details//dt")]
    for _, criteria in CRITERIA_BY_THEME:
        for criterion in criteria:
            assert f"{criterion.number} {criterion.title}" in detail
            if criterion.finding.state is State.TO_EVALUATE:
                assert f"{criterion.number} {criterion.title}" in listed
