"""The state that the portal declares follows from its grid, and « Accessibilité » shows the grid whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.accessibility import (
    AXE_VERSION,
    CONFORMING,
    CRITERIA,
    FULLY,
    METHODS,
    NON_CONFORMING,
    NOT,
    NOT_APPLICABLE,
    OVERALL,
    PARTLY,
    STATES,
    THEMES,
    TO_EVALUATE,
    Count,
    Criterion,
)
from tests.gateway.components.html_checks import text_of
from tests.support.scriptless_browser import ScriptlessBrowser

CRITERIA_OF_RGAA_4_1 = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)


@pytest.mark.parametrize(
    ("grid", "percent", "state"),
    [
        (Count({CONFORMING: 499, NON_CONFORMING: 501}), 49, NOT),
        (Count({CONFORMING: 36, NON_CONFORMING: 36, NOT_APPLICABLE: 34}), 50, PARTLY),
        (Count({CONFORMING: 999, NON_CONFORMING: 1}), 99, PARTLY),
        (Count({CONFORMING: 72, NOT_APPLICABLE: 34}), 100, FULLY),
    ],
)
def test_the_state_is_the_share_of_applicable_criteria_that_conform(grid: Count, percent: int, state: str) -> None:
    assert (grid.percent, grid.state) == (percent, state)


def test_what_nobody_evaluated_does_not_conform_and_what_does_not_apply_does_not_count() -> None:
    counts = Count([CONFORMING, TO_EVALUATE, NOT_APPLICABLE, NOT_APPLICABLE])
    assert (counts.applicable, counts.total(), counts.percent) == (2, 4, 50)
    assert Criterion("2.1", "Chaque cadre a un titre").state == TO_EVALUATE


def test_every_finding_is_of_a_criterion_and_says_how_it_was_found_and_what_was_seen() -> None:
    for number, (_, criteria) in enumerate(THEMES, start=1):
        places = [f"{number}.{place}" for place in range(1, CRITERIA_OF_RGAA_4_1[number - 1] + 1)]
        assert [criterion.number for criterion in criteria] == places
    found = [criterion for criterion in CRITERIA if criterion.state != TO_EVALUATE]
    assert {criterion.state for criterion in found} <= set(STATES)
    assert [one.number for one in found if not (one.method in METHODS and one.observation)] == []
    assert not any(criterion.method or criterion.observation for criterion in CRITERIA if criterion not in found)


def test_the_version_of_axe_that_is_declared_is_the_one_that_looks() -> None:
    package = json.loads((Path(__file__).parents[2] / "package.json").read_text(encoding="utf-8"))
    assert package["devDependencies"]["axe-core"] == AXE_VERSION


def test_the_page_declares_the_state_that_the_footer_tells(plain: ScriptlessBrowser) -> None:
    plain.get("/accessibilite")
    assert OVERALL.total() == 106
    assert f"Le portail est {OVERALL.state} avec le référentiel" in plain.text
    assert f"{OVERALL.percent} % des critères applicables" in plain.text
    assert f"{OVERALL[CONFORMING]} sur {OVERALL.applicable}" in plain.text
    assert f"Accessibilité : {OVERALL.state}" in text_of(plain.page.xpath("//footer")[0])


def test_the_page_counts_each_theme_and_lists_every_criterion(plain: ScriptlessBrowser) -> None:
    plain.get("/accessibilite")
    rows = [[text_of(cell) for cell in row.xpath("./th|./td")] for row in plain.page.xpath("//tbody/tr")]
    *themes, whole = [[int(figure) for figure in figures] for _, *figures in rows]
    assert [sum(figures) for figures in themes] == list(CRITERIA_OF_RGAA_4_1)
    assert whole == [sum(column) for column in zip(*themes, strict=True)]
    listed = [text_of(line) for line in plain.page.xpath("//main//li")]
    detail = [text_of(line) for line in plain.page.xpath("//main//details//dt")]
    for criterion in CRITERIA:
        assert f"{criterion.number} {criterion.title}" in detail
        if criterion.state == TO_EVALUATE:
            assert f"{criterion.number} {criterion.title}" in listed
