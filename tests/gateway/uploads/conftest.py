"""« Envoyer une pièce jointe » before the gateway and its four services, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.candidates import CandidateFactory
from tests.gateway.uploads.sender import Sender
from tests.support.chromium import french_profile
from tests.support.in_process_four_services import InProcessFourServices

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.object_store import ObjectStore


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, objects: ObjectStore) -> Iterator[InProcessFourServices]:
    """One for the module: each sender is another candidate."""
    started = InProcessFourServices(tmp_path_factory.mktemp("uploads"), objects.fresh_bucket().url)
    yield started
    started.close()


@pytest.fixture
def candidates(portal: InProcessFourServices) -> CandidateFactory:
    return CandidateFactory(portal)


@pytest.fixture
def sender(
    portal: InProcessFourServices, candidates: CandidateFactory, browser: Browser, tmp_path: Path
) -> Iterator[Sender]:
    """Someone registered, before « Envoyer une pièce jointe » of their first piece."""
    with french_profile(browser) as context:
        yield Sender(portal, candidates, context.new_page(), tmp_path)


@pytest.fixture
def plain_sender(
    portal: InProcessFourServices, candidates: CandidateFactory, browser: Browser, tmp_path: Path
) -> Iterator[Sender]:
    """The same without JavaScript."""
    with french_profile(browser, java_script_enabled=False) as context:
        yield Sender(portal, candidates, context.new_page(), tmp_path)
