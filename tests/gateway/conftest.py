"""The gateway in front of real services, and visitors in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway.people import Visitors
from tests.support.plain_browser import PlainBrowser
from tests.support.portal import Portal, portal


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
