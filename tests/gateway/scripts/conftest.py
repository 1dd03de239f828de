"""One portal with its four services for all scripts, the components alone, and people in Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from gateway.cookies import SESSION_COOKIE, STAFF_SESSION_COOKIE
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.conftest import components_app
from tests.gateway.gestion.people import StaffBrowser, StaffFactory
from tests.gateway.portals import four_services
from tests.gateway.scripts.sender import Sender, take_session_over
from tests.gateway.scripts.typist import IDENTIFICATION, Typist
from tests.support.app_server import serving
from tests.support.chromium import french_profile
from tests.support.in_process_four_services import InProcessFourServices

__all__ = ["components_app"]

running = four_services("session")


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
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give `open_page(**options)`: an empty page in a clean profile of its own, closed with the test."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> Page:
        opened.append(french_profile(browser, **options))
        return opened[-1].new_page()

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def typist(page: Page, running: InProcessFourServices, candidates: CandidateFactory) -> Typist:
    email = candidates.create_activated_account()
    someone = Typist(page, running, email, candidates.open_draft(email))
    take_session_over(page, running, candidates.log_in(email), SESSION_COOKIE)
    someone.opens(IDENTIFICATION)
    return someone


@pytest.fixture
def sender(page: Page, running: InProcessFourServices, candidates: CandidateFactory, tmp_path: Path) -> Sender:
    """Someone registered, before « Envoyer une pièce jointe » of their first piece."""
    return Sender(running, candidates, page, tmp_path)


@pytest.fixture
def staff(running: InProcessFourServices) -> StaffFactory:
    return StaffFactory(running)


@pytest.fixture
def gestionnaire(staff: StaffFactory) -> StaffBrowser:
    return staff.with_account(staff.account("03"), "/gestion")


@pytest.fixture
def gestionnaires_page(page: Page, running: InProcessFourServices, gestionnaire: StaffBrowser) -> Page:
    take_session_over(page, running, gestionnaire.browser, STAFF_SESSION_COOKIE)
    return page
