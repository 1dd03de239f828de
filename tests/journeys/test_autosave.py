"""Chromium dies on a tab: what was typed two seconds before is there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
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
FIRST = "Candidatures précédentes"
RESUME = "Reprendre : BREVET DE TECHNICIEN SUPERIEUR BTS 2022"
# All that the form of a tab holds, but for what the page adds of its own.
HELD = """() => [...new FormData(document.getElementById("onglet"))]
    .filter(([name]) => !["revision", "titulaire"].includes(name) && !name.endsWith("-affiche"))
    .map(([name, value]) => `${name}=${value}`).sort()"""


def test_chromium_killed_on_a_tab_takes_nothing_typed_with_it(
    browser: Browser, new_candidate: NewCandidate, alone: LaunchedPortal
) -> None:
    """Of « Identification »; `soak` has all tabs."""
    person = personas.another_dubois()
    titles = [*person.tabs][1:3]
    killed_on_each_tab(browser, new_candidate, alone, person, titles).browser.kill()


def killed_on_each_tab(
    browser: Browser, new_candidate: NewCandidate, portal: LaunchedPortal, person: personas.Persona, titles: list[str]
) -> Window:
    """Chromium dies two seconds after the last key on each of the tabs but the last, which the window then shows."""
    owner = new_candidate(portal, person)
    owner.begins()
    if titles[0] != FIRST:
        owner.user.press("Suivant")
        owner.user.is_at(titles[0])
    window = comes_back(browser, portal, person, titles[0])
    for title, following in pairwise(titles):
        typed = window.types_and_dies(person.tabs[title])
        window = comes_back(browser, portal, person, title)
        assert window.held() == typed, title
        window.someone.user.press("Suivant")
        window.someone.user.is_at(following)
    return window


@dataclass
class Window:
    """The candidate's window in a browser that will be killed."""

    browser: KillableBrowser
    someone: Candidate

    def held(self) -> list[str]:
        """What the tab's form holds."""
        texts: list[str] = self.someone.page.evaluate(HELD)
        return texts

    def types_and_dies(self, answers: personas.Page) -> list[str]:
        """What the form held when Chromium was killed, two seconds after the last key."""
        self.someone.user.fill(answers)
        self.someone.page.wait_for_timeout(TYPED_MS)
        held = self.held()
        self.browser.kill()
        return held


def comes_back(browser: Browser, portal: LaunchedPortal, person: personas.Persona, title: str) -> Window:
    """With a new browser, logged in anew, the draft resumed where it stood."""
    other = KillableBrowser(browser)
    someone = Candidate(french_profile(other.browser).new_page(), portal, person)
    someone.logs_in()
    someone.user.menu(page_labels.REGISTRATIONS)
    someone.user.follow(RESUME)
    someone.user.is_at(title)
    return Window(other, someone)
