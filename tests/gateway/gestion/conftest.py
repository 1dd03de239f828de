"""The gateway and its four services, gestionnaires of some académies, candidates who have deposited a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

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
def candidate(candidates: CandidateFactory, running: InProcessFourServices) -> ScriptlessBrowser:
    """Someone who has deposited two pieces."""
    return depositor(candidates, running, deposits=2)
