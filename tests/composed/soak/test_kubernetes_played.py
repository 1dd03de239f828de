"""The guide walked through the pods that deploy/kubernetes describes, as `podman kube play` runs them."""

from pathlib import Path

from tests.composed.soak.played_portal import PlayedPortal
from tests.journeys import personas
from tests.journeys.conftest import NewCandidate
from tests.journeys.test_disturbances import gets_her_own_dossier
from tests.journeys.test_guide import registers_and_withdraws


def test_the_guide_is_walked_through_the_pods(new_candidate: NewCandidate, tmp_path: Path) -> None:
    portal = PlayedPortal()
    try:
        portal.play()
        registers_and_withdraws(portal, new_candidate(portal, personas.DUBOIS), tmp_path)
        gets_her_own_dossier(new_candidate(portal, personas.TRAN))
    finally:
        portal.stop()
