"""Chromium dies on each of the nine tabs in turn, and the network is away for a minute: nothing typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys import personas
from tests.journeys.test_autosave import comes_back, killed_on_each_tab
from tests.support.launched_portal import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.conftest import NewCandidate

LAST_TAB = "N° Inscription"
MINUTE_MS = 60_000
SAVED_AGAIN_MS = 45_000


def test_chromium_killed_on_every_tab_takes_nothing_typed_with_it(
    browser: Browser, new_candidate: NewCandidate, alone: LaunchedPortal
) -> None:
    person = personas.another_dubois()
    window = killed_on_each_tab(browser, new_candidate, alone, person, [*person.tabs, LAST_TAB])
    window.types_and_dies({})
    window = comes_back(browser, alone, person, LAST_TAB)
    window.someone.saves()
    window.browser.kill()


def test_a_minute_without_network_keeps_what_is_typed_meanwhile(
    new_candidate: NewCandidate, alone: LaunchedPortal
) -> None:
    someone = new_candidate(alone, personas.another_dubois())
    someone.begins()
    someone.user.press("Suivant")
    someone.user.is_at("Identification")
    state_line = someone.page.locator("#saisie [data-etat]")
    someone.page.context.set_offline(True)
    someone.user.answer("Numéro, rue, voie", "1 rue du port")
    expect(state_line).to_contain_text("Hors ligne")
    someone.page.wait_for_timeout(MINUTE_MS)
    someone.user.answer("Complément adresse 1", "Bâtiment B")
    someone.page.context.set_offline(False)
    expect(state_line).to_contain_text("pas encore transmis", timeout=SAVED_AGAIN_MS)
    someone.page.reload()
    expect(someone.page.get_by_label("Numéro, rue, voie")).to_have_value("1 rue du port")
    expect(someone.page.get_by_label("Complément adresse 1")).to_have_value("Bâtiment B")
