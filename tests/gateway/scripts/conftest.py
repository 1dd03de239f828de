"""One portal with its four services for all scripts, and people in Chromium."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page

from gateway.cookies import SESSION_COOKIE, STAFF_SESSION_COOKIE, cookie_name
from tests.gateway.candidates import Browser
from tests.gateway.components.conftest import components_app
from tests.gateway.gestion.people import StaffBrowser
from tests.gateway.portals import four_services
from tests.support.app_server import serving
from tests.support.chromium import french_profile

__all__ = ["components_app"]

running = four_services("session")


def take_session_over(page: Page, browser: Browser, cookie: str = SESSION_COOKIE) -> None:
    """The page's profile has the session that is open in `browser`, without going by the pages of the log-in."""
    name = cookie_name(browser.portal.gateway.app.extensions["portail"], cookie)
    page.context.add_cookies([{"name": name, "value": browser.session(cookie), "url": browser.url}])


@pytest.fixture(scope="session")
def site(components_app: Flask) -> Iterator[str]:
    """Give the address where the components are served."""
    with serving(components_app) as server:
        yield server.url


@pytest.fixture
def tabs(page: Page, site: str) -> Page:
    """The page that shows the components of a tab, its scripts loaded."""
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    return page


@pytest.fixture
def open_page(browser: Chromium) -> Iterator[Callable[..., Page]]:
    """Give `open_page(**options)`: an empty page in a clean profile of its own, closed with the test."""
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
