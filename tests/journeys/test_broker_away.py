"""With RabbitMQ down a candidate still registers and prints; what follows comes when it is back, once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.journeys.text_reading import pdf_text

if TYPE_CHECKING:
    from tests.journeys.conftest import NewCandidate
    from tests.support.launched_portal import LaunchedPortal
    from tests.support.rabbitmq import RabbitMQServer


def test_a_candidate_registers_while_the_broker_is_away(
    servers: LaunchedPortal, rabbitmq: RabbitMQServer, new_candidate: NewCandidate
) -> None:
    someone = new_candidate(servers, personas.DUBOIS.with_email(personas.new_address()))
    rabbitmq.stop()
    try:
        someone.creates_account_and_logs_in()
        someone.registers()
        assert "MONSIEUR DUBOIS Pierre" in pdf_text(someone.downloads_confirmation())
    finally:
        rabbitmq.start()
    someone.opens(page_labels.DOCUMENTS)
    someone.waits_for("Demande de pièces justificatives", "Confirmation d'inscription Version")
    titles = someone.page.get_by_role("main").get_by_role("heading", level=2).all_inner_texts()
    assert Counter(titles) == {"Confirmation d'inscription": 1, "Demande de pièces justificatives": 1}
    JustificatifsPage(someone).shows_guide_pieces()
