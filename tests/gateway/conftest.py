"""The gateway in front of real services, and candidates' browsers in front of it."""

import pytest

from gateway.assets import AssetsMissing, load_assets
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import StaffBrowser, StaffFactory
from tests.gateway.portals import two_services
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import InProcessPortal

running = two_services("session")
"""One portal for the run; each test makes candidates of its own."""


@pytest.fixture(scope="session", autouse=True)
def built_assets() -> None:
    """Every page names files that `make assets` builds: without them each test would fail with a
    500."""
    try:
        load_assets()
    except AssetsMissing as error:
        pytest.exit(
            "The gateway's style sheets and scripts are not built: run « make assets » first "
            f"({error}).",
            1,
        )


@pytest.fixture(autouse=True)
def time_of_the_portal(request: pytest.FixtureRequest) -> None:
    """A portal that serves several tests is in the guide's month in each, whatever other tests did
    since."""
    if "running" in request.fixturenames:
        request.getfixturevalue("running").turn_clock_back()


@pytest.fixture
def plain(running: InProcessPortal) -> Browser:
    return Browser(running)


@pytest.fixture
def candidates(running: InProcessPortal) -> CandidateFactory:
    return CandidateFactory(running)


@pytest.fixture
def staff(running: InProcessFourServices) -> StaffFactory:
    """`running` may have two services alone."""
    return StaffFactory(running)


@pytest.fixture
def gestionnaire(staff: StaffFactory) -> StaffBrowser:
    return staff.logged_in("03")
