"""Chromium dies on a tab: what was typed two seconds before is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.support.chromium import KillableBrowser, french_profile
from tests.support.launched_portal import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.conftest import NewCandidate

TYPED_MS = 2_000  # what was typed that long before the death is to be there
TAB = "Identification"
RESUME = "Reprendre : BREVET DE TECHNICIEN SUPERIEUR BTS 2022"
# All that the form of a tab holds, but for what the page adds of its own.
HELD = """() => [...new FormData(document.getElementById("onglet"))]
    .filter(([name]) => !["revision", "titulaire"].includes(name) && !name.endsWith("-affiche"))
    .map(([name, value]) => `${name}=${value}`).sort()"""


def test_chromium_killed_on_a_tab_takes_nothing_typed_with_it(
    browser: Browser, new_candidate: NewCandidate, alone: LaunchedPortal
) -> None:
    person = personas.another_dubois()
    owner = new_candidate(alone, person)
    owner.begins()
    owner.user.press("Suivant")
    owner.user.is_at(TAB)
    killed, someone = comes_back(browser, alone, person)
    someone.user.fill(person.tabs[TAB])
    someone.page.wait_for_timeout(TYPED_MS)
    typed = someone.page.evaluate(HELD)
    killed.kill()
    other, someone = comes_back(browser, alone, person)
    assert someone.page.evaluate(HELD) == typed
    other.kill()


def comes_back(browser: Browser, portal: LaunchedPortal, person: personas.Persona) -> tuple[KillableBrowser, Candidate]:
    """With a new browser, logged in anew, the draft resumed where it stood."""
    other = KillableBrowser(browser)
    someone = Candidate(french_profile(other.browser).new_page(), portal, person)
    someone.logs_in()
    someone.user.menu(page_labels.REGISTRATIONS)
    someone.user.follow(RESUME)
    someone.user.is_at(TAB)
    return other, someone
