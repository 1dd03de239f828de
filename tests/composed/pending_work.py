"""Whether the composed portal has events, mails or documents still to process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.service_names import SERVICES

if TYPE_CHECKING:
    from tests.support.composed_portal import ComposedPortal


def is_all_work_done(composed: ComposedPortal) -> bool:
    """Whether no event, mail or document is waiting in a database or queue."""
    unpublished = "select count(*) from outbox where published_at is null"
    if any(composed.query_database(service, unpublished) != [["0"]] for service in SERVICES):
        return False
    queues = composed.run_in(composed.containers("rabbitmq")[0], "rabbitmqctl", "-q", "list_queues", "-p", "portail")
    return all(line.split()[-1] == "0" for line in queues.splitlines()[1:] if line)
