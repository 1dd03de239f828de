"""The gateway in front of real services, and candidates' browsers in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from gateway.cookies import SESSION_COOKIE, cookie_name
from tests.gateway.candidates import CandidateFactory
from tests.gateway.typist import IDENTIFICATION, Typist
from tests.support.in_process_portal import InProcessPortal, running_portal
from tests.support.scriptless_browser import ScriptlessBrowser

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessPortal]:
    """One portal for the run; each test makes candidates of its own."""
    with running_portal(tmp_path_factory.mktemp("portal")) as started:
        yield started


@pytest.fixture
def plain(running: InProcessPortal) -> ScriptlessBrowser:
    return ScriptlessBrowser(running.gateway.app, running.url)


@pytest.fixture
def candidates(running: InProcessPortal) -> CandidateFactory:
    return CandidateFactory(running)


@pytest.fixture
def typist(page: Page, running: InProcessPortal, candidates: CandidateFactory) -> Typist:
    email = candidates.create_activated_account()
    someone = Typist(page, running, email, candidates.open_draft(email))
    name = cookie_name(running.gateway.app.extensions["portail"], SESSION_COOKIE)
    session = candidates.log_in(email).cookie(name)
    page.context.add_cookies([{"name": name, "value": session or "", "url": running.url}])
    someone.opens(IDENTIFICATION)
    return someone
