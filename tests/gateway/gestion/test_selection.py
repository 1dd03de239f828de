"""One decision for the pieces selected in a page of the list."""

from __future__ import annotations

import pytest

from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of, text_of
from tests.gateway.gestion.copied_pieces import add_pieces_to_control
from tests.gateway.gestion.people import StaffFactory, depositor
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def gestionnaire(staff: StaffFactory) -> ScriptlessBrowser:
    return staff.logged_in("03")


@pytest.fixture
def candidate(candidates: CandidateFactory, running: InProcessFourServices) -> ScriptlessBrowser:
    """Someone who has deposited two pieces."""
    return depositor(candidates, running, deposits=2)


def statuses(candidate: ScriptlessBrowser) -> list[str]:
    candidate.get(candidate.path)
    return [
        text_of(badge)
        for badge in candidate.page.xpath("//li[contains(@class, 'portail-piece')]//*[contains(@class, 'fr-badge')]")
    ]


def select(browser: ScriptlessBrowser, words: str, *values: str) -> None:
    """Tick these boxes of the list and press the button."""
    form = [("filtres", browser.value("filtres") or ""), ("comment", ""), ("decision", words)]
    browser.post("/gestion/pieces/decisions", [*form, *(("selection", value) for value in values)])
    assert not problems_of(browser.answer.text)


def boxes(browser: ScriptlessBrowser, candidate: ScriptlessBrowser) -> list[str]:
    browser.get(f"/gestion/pieces?candidature={candidate.path.rpartition('/')[2]}")
    assert not problems_of(browser.answer.text)
    values: list[str] = browser.page.xpath("//input[@name='selection']/@value")
    return values


def test_a_selection_is_decided_at_once_with_a_report_of_what_did_not_pass(
    staff: StaffFactory, gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    first, second = boxes(gestionnaire, candidate)
    other = staff.logged_in("03")
    select(other, "received", boxes(other, candidate)[0])
    select(gestionnaire, "compliant", first, second)
    assert "Une pièce est maintenant « Conforme »." in gestionnaire.text
    assert "1 pièce sans décision" in gestionnaire.text
    assert "Cette pièce a changé depuis que vous l'avez lue." in gestionnaire.text
    assert sorted(statuses(candidate)) == ["Conforme", "Reçue"]
    gestionnaire.follow("Retour à la liste")
    assert gestionnaire.title == "Pièces"


def test_two_hundred_pieces_can_be_listed_and_decided_at_once(
    gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    candidature = candidate.path.rpartition("/")[2]
    add_pieces_to_control(running, candidature, 205)
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}")
    gestionnaire.press("Filtrer", par_page="200")
    values = gestionnaire.page.xpath("//input[@name='selection']/@value")
    assert len(values) == 200
    select(gestionnaire, "received", *values)
    assert "200 pièces sont maintenant « Reçue »." in gestionnaire.text


def test_a_selection_of_nothing_or_of_nonsense_is_told(
    gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    assert boxes(gestionnaire, candidate)
    select(gestionnaire, "compliant")
    assert "Aucune pièce n'était sélectionnée." in gestionnaire.text
    for selection in (["x"], [f"{number} b c" for number in range(501)]):
        values = [("selection", value) for value in selection]
        gestionnaire.post("/gestion/pieces/decisions", [("decision", "compliant"), *values])
        assert gestionnaire.answer.status_code == 422
