"""The portal declares the state that follows from its grid, and « Accessibilité » shows the grid whole."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.layout.frame import ACCESSIBILITY
from tests.gateway.components.html_checks import text_of
from tests.support.scriptless_browser import ScriptlessBrowser

CRITERIA_OF_RGAA_4_1 = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)
STATES = ("conforme", "non conforme", "à évaluer", "non applicable")
METHODS = {"axe", "html", "parcours", "manuel"}
CRITERIA = [criterion for theme in ACCESSIBILITY["themes"] for criterion in theme["criteria"]]


def test_every_criterion_has_a_state_and_what_was_found_says_how_and_what() -> None:
    numbers = [f"{theme}.{place}" for theme, of in enumerate(CRITERIA_OF_RGAA_4_1, 1) for place in range(1, of + 1)]
    assert [number for number, *_ in CRITERIA] == numbers
    assert {state for _, _, state, *_ in CRITERIA} <= set(STATES)
    for number, _, state, *finding in CRITERIA:
        assert (state == "à évaluer") == (not finding), number
        assert not finding or (finding[0] in METHODS and finding[1]), number


def test_the_state_declared_is_the_share_of_applicable_criteria_that_conform() -> None:
    states = [state for _, _, state, *_ in CRITERIA]
    conforming, applicable = states.count("conforme"), len(states) - states.count("non applicable")
    share = conforming / applicable
    assert ACCESSIBILITY["state"] == (
        "totalement conforme" if share == 1 else "partiellement conforme" if share >= 0.5 else "non conforme"
    )


def test_the_version_of_axe_that_is_declared_is_the_one_that_looks() -> None:
    package = json.loads((Path(__file__).parents[2] / "package.json").read_text(encoding="utf-8"))
    assert package["devDependencies"]["axe-core"] == ACCESSIBILITY["axe_version"]


def test_the_page_declares_the_state_that_the_footer_tells_and_lists_every_criterion(plain: ScriptlessBrowser) -> None:
    plain.get("/accessibilite")
    assert f"Le portail est {ACCESSIBILITY['state']} avec le référentiel" in plain.text
    assert f"Accessibilité : {ACCESSIBILITY['state']}" in text_of(plain.page.xpath("//footer")[0])
    detail = [text_of(line) for line in plain.page.xpath("//main//details//dt")]
    assert detail == [f"{number} {title}" for number, title, *_ in CRITERIA]
    listed = [text_of(line) for line in plain.page.xpath("//main//li")]
    assert {f"{number} {title}" for number, title, state, *_ in CRITERIA if state == "à évaluer"} <= set(listed)


def test_the_page_counts_each_theme_and_what_nobody_evaluated_does_not_conform(plain: ScriptlessBrowser) -> None:
    plain.get("/accessibilite")
    rows = [[text_of(cell) for cell in row.xpath("./th|./td")] for row in plain.page.xpath("//tbody/tr")]
    *themes, whole = [[int(figure) for figure in figures] for _, *figures in rows]
    assert [sum(figures) for figures in themes] == list(CRITERIA_OF_RGAA_4_1)
    assert whole == [[state for _, _, state, *_ in CRITERIA].count(state) for state in STATES]
    conforming, *others, _ = whole
    assert f"{100 * conforming // (conforming + sum(others))} % des critères applicables" in plain.text
    assert f"{conforming} sur {conforming + sum(others)}" in plain.text
