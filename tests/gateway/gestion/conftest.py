"""The gateway and its four services, gestionnaires of some académies, candidates who have deposited
a file."""

import pytest

from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import StaffBrowser, StaffFactory, depositor, open_first
from tests.gateway.portals import four_services
from tests.support.in_process_four_services import InProcessFourServices

running = four_services("module")


@pytest.fixture
def administrator(staff: StaffFactory) -> StaffBrowser:
    return staff.administrateur()


@pytest.fixture
def candidate(candidates: CandidateFactory, running: InProcessFourServices) -> Browser:
    """Someone who has deposited two pieces."""
    return depositor(candidates, running, deposits=2)


@pytest.fixture
def page(candidate: Browser) -> str:
    """That of their candidature."""
    return f"/gestion/candidatures/{candidate.shown_id}"


@pytest.fixture
def desk(gestionnaire: StaffBrowser, candidate: Browser) -> StaffBrowser:
    """A gestionnaire at the first of the candidate's pieces that are to control."""
    open_first(gestionnaire, candidate.shown_id)
    return gestionnaire


@pytest.fixture(scope="module")
def settled(running: InProcessFourServices) -> Browser:
    """Someone who has deposited a piece, for the tests of a module that change nothing of it."""
    return depositor(CandidateFactory(running), running)


@pytest.fixture(scope="module")
def candidature(settled: Browser) -> str:
    """The id of theirs."""
    return settled.shown_id
