"""With RabbitMQ down a candidate still registers and prints; what follows comes when it is back, once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.journeys import personas
from tests.journeys.justificatifs_page import Justificatifs
from tests.journeys.text_reading import text_of_pdf

if TYPE_CHECKING:
    from tests.journeys.conftest import Comes
    from tests.support.launched_portal import LaunchedPortal
    from tests.support.rabbitmq import RabbitMQ


def test_a_candidate_registers_while_the_broker_is_away(
    servers: LaunchedPortal, rabbitmq: RabbitMQ, comes: Comes
) -> None:
    someone = comes(servers, personas.DUBOIS.at(personas.new_address()))
    rabbitmq.stop()
    try:
        someone.arrives()
        someone.registers()
        assert "MONSIEUR DUBOIS Pierre" in text_of_pdf(someone.prints())
    finally:
        rabbitmq.start()
    someone.opens("Mes documents")
    someone.waits_for("Demande de pièces justificatives", "Confirmation d'inscription Version")
    titles = someone.page.get_by_role("main").get_by_role("heading", level=2).all_inner_texts()
    assert Counter(titles) == {"Confirmation d'inscription": 1, "Demande de pièces justificatives": 1}
    Justificatifs(someone).shows_the_guides_pieces()
