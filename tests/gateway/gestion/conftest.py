"""The gateway and its four services, gestionnaires of some académies, candidates who have deposited a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from services.accounts.domain.staff import Role
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory, depositor
from tests.support.in_process_four_services import InProcessFourServices, running_four_services
from tests.support.scriptless_browser import ScriptlessBrowser

if TYPE_CHECKING:
    from tests.support.object_store import ObjectStore


@pytest.fixture(scope="module")
def running(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessFourServices]:
    with running_four_services(tmp_path_factory.mktemp("gestion"), objects.fresh_bucket().url) as portal:
        yield portal


@pytest.fixture
def candidates(running: InProcessFourServices) -> CandidateFactory:
    return CandidateFactory(running)


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


@pytest.fixture(scope="module")
def settled(running: InProcessFourServices) -> ScriptlessBrowser:
    """Someone who has deposited a piece, for the tests of a module that change nothing of it."""
    return depositor(CandidateFactory(running), running)


@pytest.fixture(scope="module")
def candidature(settled: ScriptlessBrowser) -> str:
    """The id of theirs."""
    return settled.path.rpartition("/")[2]
