"""The gateway and its four services, gestionnaires of some académies, candidates who have deposited a file."""

import pytest

from services.accounts.domain.staff import Role
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory, depositor, open_first
from tests.gateway.portals import four_services
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

running = four_services("module")


@pytest.fixture
def staff(running: InProcessFourServices) -> StaffFactory:
    return StaffFactory(running)


@pytest.fixture
def gestionnaire(staff: StaffFactory) -> ScriptlessBrowser:
    return staff.logged_in("03")


@pytest.fixture
def administrator(staff: StaffFactory) -> ScriptlessBrowser:
    return staff.logged_in(role=Role.ADMINISTRATEUR)


@pytest.fixture
def candidate(candidates: CandidateFactory, running: InProcessFourServices) -> ScriptlessBrowser:
    """Someone who has deposited two pieces."""
    return depositor(candidates, running, deposits=2)


@pytest.fixture
def page(candidate: ScriptlessBrowser) -> str:
    """That of their candidature."""
    return f"/gestion/candidatures/{candidate.path.rpartition('/')[2]}"


@pytest.fixture
def desk(gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser) -> ScriptlessBrowser:
    """A gestionnaire at the first of the candidate's pieces that are to control."""
    open_first(gestionnaire, candidate)
    return gestionnaire


@pytest.fixture(scope="module")
def settled(running: InProcessFourServices) -> ScriptlessBrowser:
    """Someone who has deposited a piece, for the tests of a module that change nothing of it."""
    return depositor(CandidateFactory(running), running)


@pytest.fixture(scope="module")
def candidature(settled: ScriptlessBrowser) -> str:
    """The id of theirs."""
    return settled.path.rpartition("/")[2]
