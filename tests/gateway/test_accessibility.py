"""The portal declares the state that follows from its grid, and « Accessibilité » shows the grid whole."""

from gateway.layout.frame import ACCESSIBILITY
from tests.gateway.components.html_checks import text_of
from tests.support.scriptless_browser import ScriptlessBrowser

CRITERIA_OF_RGAA_4_1 = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)
STATES = ("conforme", "non conforme", "à évaluer", "non applicable")
CRITERIA = [criterion for theme in ACCESSIBILITY["themes"] for criterion in theme["criteria"]]


def test_the_page_declares_the_state_that_follows_from_the_criteria_it_lists(plain: ScriptlessBrowser) -> None:
    plain.get("/accessibilite")
    rows = [[text_of(cell) for cell in row.xpath("./th|./td")] for row in plain.page.xpath("//tbody/tr")]
    *themes, whole = [[int(figure) for figure in figures] for _, *figures in rows]
    assert [sum(figures) for figures in themes] == list(CRITERIA_OF_RGAA_4_1)
    assert whole == [[state for _, _, state, *_ in CRITERIA].count(state) for state in STATES]
    conforming, *others, _ = whole
    assert f"{conforming} sur {conforming + sum(others)}" in plain.text, "what nobody evaluated does not conform"
    share = conforming / (conforming + sum(others))
    stated = "totalement conforme" if share == 1 else "partiellement conforme" if share >= 0.5 else "non conforme"
    assert ACCESSIBILITY["state"] == stated
    assert f"Le portail est {ACCESSIBILITY['state']} avec le référentiel" in plain.text
    assert f"Accessibilité : {ACCESSIBILITY['state']}" in text_of(plain.page.xpath("//footer")[0])
    detail = [text_of(line) for line in plain.page.xpath("//main//details//dt")]
    assert detail == [f"{number} {title}" for number, title, *_ in CRITERIA]
    listed = [text_of(line) for line in plain.page.xpath("//main//li")]
    assert {f"{number} {title}" for number, title, state, *_ in CRITERIA if state == "à évaluer"} <= set(listed)
