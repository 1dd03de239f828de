"""« Envoyer une pièce jointe » before the gateway and its four services, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.candidates import Visitors
from tests.gateway.uploads.sender import Sender
from tests.support.chromium import french_visitor
from tests.support.in_process_four_services import FourServices

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.object_store import Objects


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, objects: Objects) -> Iterator[FourServices]:
    """One for the module: its senders are people of their own."""
    started = FourServices(tmp_path_factory.mktemp("uploads"), objects.fresh_bucket().url)
    yield started
    started.close()


@pytest.fixture
def visitors(house: FourServices) -> Visitors:
    return Visitors(house)


@pytest.fixture
def sender(house: FourServices, visitors: Visitors, browser: Browser, tmp_path: Path) -> Iterator[Sender]:
    """Someone registered, before « Envoyer une pièce jointe » of his first piece."""
    with french_visitor(browser) as context:
        yield Sender(house, visitors, context.new_page(), tmp_path)


@pytest.fixture
def plain_sender(house: FourServices, visitors: Visitors, browser: Browser, tmp_path: Path) -> Iterator[Sender]:
    """The same without JavaScript."""
    with french_visitor(browser, java_script_enabled=False) as context:
        yield Sender(house, visitors, context.new_page(), tmp_path)
