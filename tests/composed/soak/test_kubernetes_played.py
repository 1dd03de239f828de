"""The guide walked through the pods that deploy/kubernetes describes, as `podman kube play` runs
them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.composed.soak.played_portal import PlayedPortal
from tests.journeys import personas
from tests.journeys.conftest import NewCandidate
from tests.journeys.guide_journey import registers_and_withdraws
from tests.journeys.her_own_dossier import gets_her_own_dossier


@pytest.fixture(scope="module")
def played() -> Iterator[PlayedPortal]:
    portal = PlayedPortal()
    try:
        portal.play()
        yield portal
    finally:
        portal.stop()


def test_the_guide_is_walked_through_the_pods(
    played: PlayedPortal, new_candidate: NewCandidate, tmp_path: Path
) -> None:
    registers_and_withdraws(played, new_candidate(played, personas.DUBOIS), tmp_path)


def test_another_candidate_gets_her_own_dossier_from_the_pods(
    played: PlayedPortal, new_candidate: NewCandidate
) -> None:
    gets_her_own_dossier(new_candidate(played, personas.TRAN))
