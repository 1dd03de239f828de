"""Parked events: listed without their payload, replayed, set aside. Erases events of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.chassis.clock import seconds_since, system_now
from services.chassis.database.transactions import new_id
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.events.tables import inbox, outbox, parked

REASON_LENGTH = 300


@dataclass(frozen=True)
class ParkedEvent:
    """One line of the list; the payload may hold personal data and is not shown."""

    id: str
    event_id: str
    destination: str
    type: str
    reason: str
    attempts: int
    parked_at: datetime


def park(session: Session, body: str, destination: str, reason: str, attempts: int) -> None:
    """Store `body` for an operator; the same event parked twice is one row until it is settled."""
    try:
        envelope = Envelope.from_json(body)
        event_id, type, subject = envelope.id, envelope.type, envelope.subject
    except Undecodable:
        event_id, type, subject = new_id(), "undecodable", ""
    known = select(parked.c.id).where(parked.c.event_id == event_id, parked.c.settled_at.is_(None))
    if session.execute(known).first():
        return
    session.execute(
        insert(parked).values(
            id=new_id(),
            event_id=event_id,
            destination=destination,
            type=type,
            subject=subject,
            envelope=body.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            reason=reason[:REASON_LENGTH],
            attempts=attempts,
            parked_at=system_now(),
        )
    )


def parked_events(session: Session) -> list[ParkedEvent]:
    """Those not settled, oldest first."""
    columns = [parked.c[name] for name in ParkedEvent.__dataclass_fields__]
    rows = session.execute(select(*columns).where(parked.c.settled_at.is_(None)).order_by(parked.c.parked_at))
    return [ParkedEvent(*row) for row in rows]


def unsettled(session: Session) -> tuple[int, float]:
    """How many are not settled, and for how many seconds the oldest of them has been parked."""
    of_unsettled = select(func.count(), func.min(parked.c.parked_at)).where(parked.c.settled_at.is_(None))
    number, oldest = session.execute(of_unsettled).one()
    return number, 0.0 if oldest is None else seconds_since(oldest)


def parked_body(session: Session, parked_id: str) -> tuple[str, str] | None:
    """(destination, envelope) of one that is not settled."""
    chosen = select(parked.c.destination, parked.c.envelope)
    row = session.execute(chosen.where(parked.c.id == parked_id, parked.c.settled_at.is_(None))).first()
    return (row[0], row[1]) if row else None


def settle(session: Session, parked_id: str, how: str) -> bool:
    """Mark as settled: replayed with success, or set aside with a reason. False if it is not parked."""
    waiting = (parked.c.id == parked_id) & parked.c.settled_at.is_(None)
    result = session.execute(
        update(parked).where(waiting).values(settled_at=system_now(), settled_by=how[:REASON_LENGTH])
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def erase_subject(session: Session, subject: str) -> None:
    """Erase all events about `subject`: unsent, sent, handled or parked."""
    of_outbox = select(outbox.c.event_id).where(outbox.c.subject == subject)
    of_parked = select(parked.c.event_id).where(parked.c.subject == subject)
    session.execute(delete(inbox).where(inbox.c.event_id.in_(of_outbox.union(of_parked))))
    session.execute(delete(outbox).where(outbox.c.subject == subject))
    session.execute(delete(parked).where(parked.c.subject == subject))
