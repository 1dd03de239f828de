"""Every process is killed once, or the broker is away, while candidates register: nothing is lost,
nothing is doubled.

One of them is as unlike the guide's candidate as the session allows, on servers: what the portal
shows of her is hers.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.service_names import SERVICES
from services.contracts import page_labels, problem_types
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.conftest import NewCandidate
from tests.journeys.her_own_dossier import _is_asked_for_her_own_pieces, _registers_and_prints
from tests.journeys.justificatifs_page import DEPOSITED, JustificatifsPage, write_pdf
from tests.support.launched_portal import LaunchedPortal
from tests.support.postgres import Postgres
from tests.support.rabbitmq import RabbitMQServer
from tests.support.smtp import Mailbox

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
    alone: LaunchedPortal, new_candidate: NewCandidate, tmp_path: Path
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


def _a_process_dies(portal: LaunchedPortal, someone: Candidate, title: str) -> None:
    """Where the page had just asked for something, it says that a service is away and offers to
    send all again."""
    portal.kill_and_wait(VICTIMS[title])
    if someone.user.title == problem_types.UNAVAILABLE.title:
        someone.user.press("Réessayer")
    someone.user.is_at(title)


@pytest.fixture(scope="module")
def servers(
    postgres: Postgres, own_rabbitmq: RabbitMQServer, _mail_server: Mailbox
) -> Iterator[LaunchedPortal]:
    """The portal on PostgreSQL, RabbitMQ and SMTP."""
    databases = {
        f"{service.upper()}_DATABASE_URL": postgres.fresh_database() for service in SERVICES
    }
    urls = databases | {"BROKER_URL": own_rabbitmq.fresh_vhost(), "MAIL_URL": _mail_server.url}
    portal = LaunchedPortal("servers", urls, _mail_server)
    yield portal
    portal.stop()


def test_another_candidate_gets_her_own_dossier_though_the_broker_was_away(
    servers: LaunchedPortal, own_rabbitmq: RabbitMQServer, new_candidate: NewCandidate
) -> None:
    """What follows a registration comes once RabbitMQ is back. Takes long: RabbitMQ and a whole
    portal are started."""
    her = new_candidate(servers, personas.TRAN)
    own_rabbitmq.stop()
    try:
        _registers_and_prints(her)
    finally:
        own_rabbitmq.start()
    has_both_documents_once(her)
    _is_asked_for_her_own_pieces(her)


def has_both_documents_once(someone: Candidate) -> None:
    someone.opens(page_labels.DOCUMENTS)
    someone.waits_for(
        "Confirmation d'inscription Version", "Demande de pièces justificatives Version"
    )
    titles = someone.page.get_by_role("main").get_by_role("heading", level=2).all_inner_texts()
    assert Counter(title.partition("\n")[0] for title in titles) == {
        "Confirmation d'inscription": 1,
        "Demande de pièces justificatives": 1,
    }
