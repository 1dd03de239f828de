"""The whole portal as `make run` starts it, and candidates with a browser.

Its processes look for work all the time: they end with this folder's tests, not with the run.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.candidate import Candidate
from tests.journeys.personas import Persona
from tests.support import failure_screenshots
from tests.support.chromium import french_profile
from tests.support.launched_portal import LaunchedPortal
from tests.support.running_portal import RunningPortal

NewPage = Callable[..., Page]
NewCandidate = Callable[[RunningPortal, Persona], Candidate]


PORTALS = {"alone", "servers", "composed", "upgraded", "played"}
"""Fixtures that give one."""


@pytest.fixture(scope="package")
def alone() -> Iterator[LaunchedPortal]:
    """The portal with nothing but Python: SQLite, the one-machine queue, mails as files."""
    portal = LaunchedPortal("alone")
    yield portal
    portal.stop()


@pytest.fixture(autouse=True)
def print_complaints(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print with a failed journey the errors that the portal's processes logged."""
    yield
    if failure_screenshots.has_failed(request.node):
        for name in PORTALS & set(request.fixturenames):
            running: RunningPortal = request.getfixturevalue(name)
            print(f"--- {name}\n{running.complaints()[-8000:]}")


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> Page:
        contexts.append(french_profile(browser, **options))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        failure_screenshots.save_screenshots(request.node, context)
        context.close()


@pytest.fixture
def new_candidate(page: Page) -> NewCandidate:
    """`new_candidate(portal, persona)`: that persona at the portal, in a page of this test
    alone."""
    return lambda portal, persona: Candidate(page, portal, persona)
