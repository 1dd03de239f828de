"""From home to « J'ai fourni toutes mes pièces » by keyboard alone, and with the script lost on the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import GUIDES_PIECES, Justificatifs, a_pdf
from tests.journeys.keyboard_user import KeyboardDesk
from tests.journeys.mouse_user import Desk
from tests.journeys.scriptless_user import PlainDesk
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

GROUP = "Confirmation d'inscription"


def test_by_keyboard_alone_from_home_to_the_last_piece(alone: RunningPortal, page: Page, tmp_path: Path) -> None:
    candidate = someone(page, alone, KeyboardDesk)
    registers_from_home(candidate)
    deposits_and_validates(candidate, tmp_path)


def test_the_first_stop_of_the_keyboard_leads_to_the_content(alone: RunningPortal, page: Page) -> None:
    desk = KeyboardDesk(page, alone.url)
    desk.open("/connexion")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Contenu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.get_by_role("main").evaluate("main => main.contains(document.activeElement)")


def test_a_script_lost_in_the_middle_of_a_tab_loses_nothing(alone: RunningPortal, page: Page, tmp_path: Path) -> None:
    candidate = someone(page, alone, Desk)

    def script_is_lost(title: str) -> None:
        if title == "Identification":
            candidate.desk.answer("Complément adresse 1", "Bâtiment C")
            page.route("**/*", _without_what_scripts_ask_for)
            candidate.desk.answer("Numéro, rue, voie", "2 rue du pont")
            candidate.desk = PlainDesk(page, alone.url)
        if title == "Récapitulatif":
            candidate.desk.shows("2 rue du pont", "Bâtiment C")

    registers_from_home(candidate, script_is_lost)
    deposits_and_validates(candidate, tmp_path)


def test_what_is_typed_into_a_tab_that_has_no_script_stays_there(alone: RunningPortal, page: Page) -> None:
    candidate = someone(page, alone, Desk)
    candidate.arrives()
    candidate.chooses()
    candidate.desk.press("Suivant")
    candidate.desk.is_at("Identification")
    page.route("**/*", _without_what_scripts_ask_for)
    page.reload()
    plain = PlainDesk(page, alone.url)
    plain.answer("Numéro, rue, voie", "2 rue du pont")
    plain.press("Précédent")
    plain.is_at("Candidatures précédentes")
    plain.press("Suivant")
    expect(page.get_by_label("Numéro, rue, voie")).to_have_value("2 rue du pont")


def someone(page: Page, portal: RunningPortal, desk: type[Desk]) -> Candidate:
    return Candidate(page, portal, personas.DUBOIS.at(personas.new_address()), desk)


def registers_from_home(candidate: Candidate, at_tab: Callable[[str], None] = lambda title: None) -> None:
    candidate.arrives()
    candidate.chooses()
    candidate.fills_the_tabs(at_tab)
    candidate.saves()


def deposits_and_validates(candidate: Candidate, folder: Path) -> None:
    mine = Justificatifs(candidate)
    for piece in GUIDES_PIECES[GROUP]:
        mine.adds(piece, a_pdf(folder))
    mine.hands_over(GROUP)
    candidate.desk.shows("Validé")


def _without_what_scripts_ask_for(route: Route) -> None:
    """Neither a script nor anything that a running script asks for comes any more."""
    if route.request.resource_type in ("script", "fetch", "xhr"):
        route.abort()
    else:
        route.continue_()
