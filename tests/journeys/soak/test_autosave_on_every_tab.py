"""Chromium dies on each of the nine tabs in turn; what was typed two seconds before is there, and the save follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys import people
from tests.journeys.test_autosave import comes_back, killed_on_each_tab
from tests.support.launched import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.conftest import Comes

LAST_TAB = "N° Inscription"


def test_chromium_killed_on_every_tab_takes_nothing_typed_with_it(
    browser: Browser, comes: Comes, alone: LaunchedPortal
) -> None:
    person = people.DUBOIS.at(people.new_address())
    window = killed_on_each_tab(browser, comes, alone, person, [*person.tabs, LAST_TAB])
    window.types_and_dies({})
    window = comes_back(browser, alone, person, LAST_TAB)
    window.someone.saves()
    window.browser.dies()
