"""Every process is killed once while a candidate registers: nothing is lost, nothing is there twice."""

from pathlib import Path

from services.contracts import page_labels, problem_types
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.conftest import NewCandidate
from tests.journeys.justificatifs_page import DEPOSITED, JustificatifsPage, write_pdf
from tests.journeys.test_second_candidate import has_both_documents_once
from tests.support.running_portal import RunningPortal

# Who dies on which tab, once it is filled in and before « Suivant ».
VICTIMS = {
    "Candidatures précédentes": "accounts-worker",
    "Identification": "gateway",
    "Informations candidature": "registrations",
    "Qualification présentée": "accounts",
    "Acquis": "pieces",
    "Diplôme possédé": "documents",
    "Epreuves": "objects",
    "Récapitulatif": "registrations-worker",
}
AFTER_THE_SAVE = ("documents-worker", "pieces-worker")
PIECE = "NATIDE06 : Document justifiant l'identité"


def test_processes_killed_in_turn_lose_and_double_nothing(
    alone: RunningPortal, new_candidate: NewCandidate, tmp_path: Path
) -> None:
    """Takes minutes: ten processes are killed one after the other, and most of them waited for."""
    someone = new_candidate(alone, personas.another_dubois())
    someone.registers(lambda title: _a_process_dies(alone, someone, title))
    for worker in AFTER_THE_SAVE:
        alone.kill(worker)
    someone.user.menu(page_labels.REGISTRATIONS)
    someone.user.shows("N° inscription 001", "Version 01")
    assert someone.page.get_by_role("button", name="Modifier", exact=True).count() == 1
    has_both_documents_once(someone)
    mine = JustificatifsPage(someone)
    mine.shows_guide_pieces()
    mine.adds(PIECE, write_pdf(tmp_path))
    alone.kill_and_wait("objects", meanwhile=lambda: alone.kill("pieces"))
    someone.opens(page_labels.JUSTIFICATIFS)
    assert DEPOSITED.search(mine.text_of(PIECE))
    assert someone.downloads("Pièce signée.pdf").startswith(b"%PDF-")
    assert len(alone.mails(someone.persona.email, "Activer mon compte")) == 1


def _a_process_dies(portal: RunningPortal, someone: Candidate, title: str) -> None:
    """Where the page had just asked for something, it says that a service is away and offers to send all again."""
    portal.kill_and_wait(VICTIMS[title])
    if someone.user.title == problem_types.UNAVAILABLE.title:
        someone.user.press("Réessayer")
    someone.user.is_at(title)
