"""The guide walked through the composed portal, with replicas added in the middle."""

from pathlib import Path

from tests.journeys import personas
from tests.journeys.conftest import NewCandidate
from tests.journeys.guide_journey import registers_and_withdraws
from tests.journeys.her_own_dossier import gets_her_own_dossier
from tests.support.composed_portal import ComposedPortal


def test_the_guide_is_walked_while_replicas_come(
    composed: ComposedPortal, new_candidate: NewCandidate, tmp_path: Path
) -> None:
    before = {container.id for container in composed.containers("pieces", "documents-worker")}

    def more_of_two(title: str) -> None:
        if title == "Acquis":
            composed.scale(pieces=3, documents_worker=2)

    registers_and_withdraws(
        composed, new_candidate(composed, personas.DUBOIS), tmp_path, more_of_two
    )
    still_running = [
        container
        for container in composed.containers("pieces", "documents-worker")
        if container.id in before
    ]
    assert len(still_running) == len(before), "what ran was replaced"


def test_another_candidate_gets_her_own_dossier_from_the_replicas(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    gets_her_own_dossier(new_candidate(composed, personas.TRAN))
