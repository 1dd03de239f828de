"""The gateway in front of real services, and visitors in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from gateway.cookies import cookie_name
from tests.gateway.candidates import Visitors
from tests.gateway.typist import IDENTIFICATION, Typist
from tests.support.in_process_portal import Portal, portal
from tests.support.scriptless_browser import PlainBrowser

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal for the run; tests use people of their own."""
    with portal(tmp_path_factory.mktemp("portal")) as started:
        yield started


@pytest.fixture
def plain(running: Portal) -> PlainBrowser:
    return PlainBrowser(running.gateway.app, running.url)


@pytest.fixture
def visitors(running: Portal) -> Visitors:
    return Visitors(running)


@pytest.fixture
def typist(page: Page, running: Portal, visitors: Visitors) -> Typist:
    email = visitors.activated()
    someone = Typist(page, running, email, visitors.begin(email))
    name = cookie_name(running.gateway.app.extensions["portail"], "session")
    session = visitors.logged_in(email).cookie(name)
    page.context.add_cookies([{"name": name, "value": session or "", "url": running.url}])
    someone.opens(IDENTIFICATION)
    return someone
