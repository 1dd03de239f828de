"""One composed portal for the run, built, started and taken down; and people who come to it with a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.candidate import Candidate
from tests.journeys.personas import Persona
from tests.support import failure_screenshots
from tests.support.composed_portal import ComposedPortal
from tests.support.missing_services import NotInstalled, skip_or_fail
from tests.support.running_portal import RunningPortal
from tests.support.time_limits import PAGE_SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="session")
def page_seconds() -> float:
    """How long its pages wait for services: what is hung is the matter of other tests, and a busy machine is not."""
    return PAGE_SECONDS


@pytest.fixture(scope="session")
def composed(page_seconds: float) -> Iterator[ComposedPortal]:
    """The portal in containers, with the guide's session open."""
    try:
        portal = ComposedPortal(page_seconds=page_seconds)
    except NotInstalled as absence:
        skip_or_fail(absence)
    try:
        portal.up("--build")
        yield portal
    finally:
        portal.down()


@pytest.fixture(autouse=True)
def _complaints_shown(request: pytest.FixtureRequest) -> Iterator[None]:
    """Show beside a failed test what its portal's processes complained of."""
    portals = [
        request.getfixturevalue(name) for name in ("composed", "upgraded", "played") if name in request.fixturenames
    ]
    yield
    if failure_screenshots.has_failed(request.node):
        for portal in portals:
            print(portal.complaints()[-8000:])


@pytest.fixture
def new_candidate(page: Page) -> Callable[[RunningPortal, Persona], Candidate]:
    """`comes(portal, person)`: that person at the portal, with a browser of this test alone."""
    return lambda portal, person: Candidate(page, portal, person)
