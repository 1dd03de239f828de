"""How long events stay in their tables once nothing is to be done with them, and their erasure afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.clock import system_now
from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import Database
from services.chassis.events.tables import inbox, outbox, parked

EVENT_RETENTION = timedelta(days=30)
"""From when an event was sent (outbox), handled (inbox), or taken out of what is parked."""


def purge(db: Database, *, before: datetime | None = None) -> int:
    """Erase what was settled before `before` (by default EVENT_RETENTION ago); how many rows. Waiting rows stay."""
    limit = before or system_now() - EVENT_RETENTION
    return (
        delete_in_pages(db, outbox.c.sequence, where=outbox.c.published_at < limit)
        + delete_in_pages(db, inbox.c.event_id, inbox.c.handler, where=inbox.c.handled_at < limit)
        + delete_in_pages(db, parked.c.id, where=parked.c.settled_at < limit)
    )
