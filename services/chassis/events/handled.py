"""The note in the inbox that an event, or a follow-up, was handled: there is one, whoever comes twice."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.events.tables import inbox


def note_handled(session: Session, event_id: str, handler: str) -> bool:
    """Note it in the transaction of its effect; False when it was handled before.

    One statement, which waits for another worker that has the same note in an open transaction.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"event_id": event_id, "handler": handler, "handled_at": system_now()}
    noted = session.execute(dialect.insert(inbox).values(row).on_conflict_do_nothing())
    return bool(noted.rowcount)  # type: ignore[attr-defined]
