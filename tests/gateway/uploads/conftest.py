"""« Envoyer une pièce jointe » before the gateway and its four services, through HTTP."""

import pytest

from tests.gateway.candidates import CandidateFactory
from tests.gateway.portals import four_services
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

running = four_services("package")


@pytest.fixture
def email(running: InProcessFourServices, candidates: CandidateFactory) -> str:
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
