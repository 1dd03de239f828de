"""When the composed portal has done all that it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.composed import SERVICES

if TYPE_CHECKING:
    from tests.support.composed import ComposedPortal


def settled(composed: ComposedPortal) -> bool:
    """No event, mail or document is under way."""
    waiting = "select count(*) from outbox where published_at is null"
    if any(composed.asked_of_database(service, waiting) != [["0"]] for service in SERVICES):
        return False
    queues = composed.run_in(composed.containers("rabbitmq")[0], "rabbitmqctl", "-q", "list_queues", "-p", "portail")
    return all(line.split()[-1] == "0" for line in queues.splitlines()[1:] if line)
