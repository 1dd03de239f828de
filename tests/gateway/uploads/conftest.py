"""« Envoyer une pièce jointe » before the gateway and its four services, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.gateway.candidates import CandidateFactory
from tests.support.in_process_four_services import InProcessFourServices, running_four_services
from tests.support.scriptless_browser import ScriptlessBrowser

if TYPE_CHECKING:
    from tests.support.object_store import ObjectStore


@pytest.fixture(scope="package")
def running(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessFourServices]:
    with running_four_services(tmp_path_factory.mktemp("uploads"), objects.fresh_bucket().url) as portal:
        yield portal


@pytest.fixture
def email(running: InProcessFourServices, candidates: CandidateFactory) -> str:
    """Of someone registered, who is asked for pieces."""
    address = candidates.create_activated_account()
    candidates.register(address)
    running.deliver_events()
    return address


@pytest.fixture
def sender(candidates: CandidateFactory, email: str) -> ScriptlessBrowser:
    """They have logged in and see « Envoyer une pièce jointe » of their first piece."""
    browser = candidates.log_in(email)
    browser.get("/justificatifs")
    for part in ("/justificatifs/", "/depot/"):
        browser.get(next(link for link in browser.page.xpath("//main//a/@href") if part in link))
    return browser
