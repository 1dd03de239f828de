"""The guide walked through the composed portal, with replicas added in the middle that then take their share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.journeys import personas
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.journeys.test_guide import makes_an_account, registers_and_withdraws
from tests.journeys.test_second_candidate import gets_her_own_dossier
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from tests.journeys.conftest import NewCandidate
    from tests.support.composed_portal import ComposedPortal, Container

SHARE_SECONDS = 120.0  # pooled connections live 30 s


def test_an_account_is_made_as_in_chapter_3(composed: ComposedPortal, new_candidate: NewCandidate) -> None:
    makes_an_account(composed, new_candidate(composed, personas.BINET))


def test_the_guide_is_walked_while_replicas_come(
    composed: ComposedPortal, new_candidate: NewCandidate, tmp_path: Path
) -> None:
    before = {container.id for container in composed.containers("pieces", "documents-worker")}

    def more_of_two(title: str) -> None:
        if title == "Acquis":
            composed.scale(pieces=3, documents_worker=2)

    registers_and_withdraws(composed, new_candidate(composed, personas.DUBOIS), tmp_path, more_of_two)
    still_running = [
        container for container in composed.containers("pieces", "documents-worker") if container.id in before
    ]
    assert len(still_running) == len(before), "what ran was replaced"


def test_another_candidate_gets_her_own_dossier_from_the_replicas(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    gets_her_own_dossier(new_candidate(composed, personas.TRAN))


def test_all_three_of_pieces_serve_and_both_workers_of_documents_render(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    """By the counters that each of them keeps. Someone else's registration goes on until all have had something."""
    someone = new_candidate(composed, personas.DUBOIS.with_email(personas.new_address()))
    someone.creates_account_and_logs_in()
    someone.registers()
    pieces, workers = composed.containers("pieces"), composed.containers("documents-worker")
    assert (len(pieces), len(workers)) == (3, 2)

    def all_of_pieces_served() -> bool:
        JustificatifsPage(someone)
        return all(composed.requests_served(piece) for piece in pieces)

    def both_rendered() -> bool:
        someone.modifies()
        return all(_rendered(composed, workers))

    wait_until(all_of_pieces_served, SHARE_SECONDS, "a request to each replica of pieces")
    wait_until(both_rendered, SHARE_SECONDS, "a document by each worker")
    requests = [composed.requests_served(piece) for piece in pieces]
    print(f"\nrequests: {requests}, documents: {_rendered(composed, workers)}")


def _rendered(composed: ComposedPortal, workers: list[Container]) -> list[int]:
    return [composed.counter_total(worker, "documents_rendered_total") for worker in workers]
