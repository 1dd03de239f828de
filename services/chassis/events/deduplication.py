"""Records in the inbox that an event or a follow-up was handled, so that its effect happens once."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.events.tables import inbox


def record_handled(session: Session, event_id: str, handler: str) -> bool:
    """Record it in the transaction of its effect; False if it was recorded before.

    One statement, which waits for another worker that has the same row in an open transaction.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"event_id": event_id, "handler": handler, "handled_at": system_now()}
    # Not by the number of rows: of an INSERT on PostgreSQL the driver's result does not know it any more.
    recorded = dialect.insert(inbox).values(row).on_conflict_do_nothing().returning(inbox.c.event_id)
    return session.execute(recorded).first() is not None
