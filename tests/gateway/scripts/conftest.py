"""One portal with its four services for all scripts, and people in Chromium."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page

from gateway.cookies import SESSION_COOKIE, STAFF_SESSION_COOKIE, cookie_name
from tests.gateway.candidates import Browser
from tests.gateway.gestion.people import StaffBrowser
from tests.gateway.portals import four_services
from tests.support.chromium import french_profile

running = four_services("session")


def take_session_over(page: Page, browser: Browser, cookie: str = SESSION_COOKIE) -> None:
    """The page's profile has the session that is open in `browser`, without going by the pages of
    the log-in."""
    name = cookie_name(browser.portal.gateway.app.extensions["portail"], cookie)
    page.context.add_cookies([{"name": name, "value": browser.session(cookie), "url": browser.url}])


@pytest.fixture
def open_page(browser: Chromium) -> Iterator[Callable[..., Page]]:
    """Give `open_page(**options)`: an empty page in a clean profile of its own, closed with the
    test."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> Page:
        opened.append(french_profile(browser, **options))
        return opened[-1].new_page()

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def gestionnaires_page(page: Page, gestionnaire: StaffBrowser) -> Page:
    take_session_over(page, gestionnaire, STAFF_SESSION_COOKIE)
    return page
