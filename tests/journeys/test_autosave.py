"""Chromium dies on each tab, the gateway is killed meanwhile: what was typed two seconds before is there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.support.chromium import KillableBrowser, french_profile
from tests.support.launched_portal import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.journeys.conftest import NewCandidate

TYPED_MS = 2_000  # what was typed that long before the death is to be there
REMADE_MS = 45_000  # the launcher starts another gateway
RESUME = "Reprendre : BREVET DE TECHNICIEN SUPERIEUR BTS 2022"
# All that the form of a tab holds, but for what the page adds of its own.
HELD = """() => [...new FormData(document.getElementById("onglet"))]
    .filter(([name]) => !["revision", "titulaire"].includes(name) && !name.endsWith("-affiche"))
    .map(([name, value]) => `${name}=${value}`).sort()"""


FIRST_TABS = 2


def test_chromium_killed_on_a_tab_takes_nothing_typed_with_it(
    browser: Browser, new_candidate: NewCandidate, alone: LaunchedPortal
) -> None:
    """Of the first tabs; `soak` has all of them."""
    person = personas.DUBOIS.with_email(personas.new_address())
    killed_on_each_tab(browser, new_candidate, alone, person, [*person.tabs][: FIRST_TABS + 1]).browser.kill()


def killed_on_each_tab(
    browser: Browser, new_candidate: NewCandidate, portal: LaunchedPortal, person: personas.Persona, titles: list[str]
) -> Window:
    """Chromium dies two seconds after the last key on each of the tabs but the last, which the window then shows."""
    owner = new_candidate(portal, person)
    owner.creates_account_and_logs_in()
    owner.chooses_exam()
    window = comes_back(browser, portal, person, titles[0])
    for title, following in pairwise(titles):
        typed = window.types_and_dies(person.tabs[title])
        window = comes_back(browser, portal, person, title)
        assert window.held() == typed, title
        window.someone.user.press("Suivant")
        window.someone.user.is_at(following)
    return window


def test_typing_goes_on_while_the_gateway_is_killed_and_started_again(
    new_candidate: NewCandidate, alone: LaunchedPortal
) -> None:
    someone = new_candidate(alone, personas.DUBOIS.with_email(personas.new_address()))
    someone.creates_account_and_logs_in()
    someone.chooses_exam()
    someone.user.is_at("Candidatures précédentes")
    someone.user.press("Suivant")
    someone.user.is_at("Identification")
    someone.page.wait_for_load_state()  # a page whose scripts never arrive saves nothing by itself
    someone.user.answer("Numéro, rue, voie", "1 rue du port")
    alone.kill("gateway")
    someone.user.answer("Complément adresse 1", "Bâtiment B")
    expect(state_line(someone.page)).to_contain_text("pas encore transmis", timeout=REMADE_MS)
    someone.page.reload()
    expect(someone.page.get_by_label("Numéro, rue, voie")).to_have_value("1 rue du port")
    expect(someone.page.get_by_label("Complément adresse 1")).to_have_value("Bâtiment B")


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


def state_line(page: Page) -> Locator:
    return page.locator("#saisie [data-etat]")
