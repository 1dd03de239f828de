"""Taking rows of the outbox under a lease, so that several workers share them and no transaction spans a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.database import Database
from services.chassis.events.tables import TO_BROKER, outbox


@dataclass(frozen=True)
class Row:
    sequence: int
    envelope: str
    attempts: int


def _due(destination: str, now: datetime) -> Any:
    return (
        (outbox.c.published_at.is_(None))
        & (outbox.c.destination == destination)
        & (outbox.c.available_at <= now)
        & or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < now)
    )


def take(db: Database, destination: str, *, limit: int, lease: timedelta) -> list[Row]:
    """Rows that are due, oldest first, each counted as one more attempt and ours until the lease ends."""
    now = system_now()
    due = _due(destination, now)
    with db.reading() as session:
        if session.execute(select(outbox.c.sequence).where(due).limit(1)).first() is None:
            return []
    chosen = select(outbox.c.sequence, outbox.c.envelope, outbox.c.attempts).where(due)
    with db.operation() as session:
        locked = chosen.order_by(outbox.c.sequence).limit(limit).with_for_update(skip_locked=True)
        rows = [Row(sequence, envelope, attempts + 1) for sequence, envelope, attempts in session.execute(locked)]
        ours = outbox.c.sequence.in_([row.sequence for row in rows])
        leased = {"leased_until": now + lease, "attempts": outbox.c.attempts + 1}
        session.execute(update(outbox).where(ours).values(leased))
    return rows


def renew(db: Database, sequence: int, lease: timedelta) -> None:
    with db.operation() as session:
        _change(session, [sequence], leased_until=system_now() + lease)


def done(session: Session, sequences: Sequence[int]) -> None:
    """Sent, handled or parked."""
    _change(session, sequences, published_at=system_now(), leased_until=None)


def give_back(session: Session, sequences: Sequence[int], *, delay: float) -> None:
    """To be taken again after `delay` seconds."""
    _change(session, sequences, leased_until=None, available_at=system_now() + timedelta(seconds=delay))


def publish_again(session: Session, since: datetime) -> int:
    """Let what was written since then (UTC) and published be published once more; how many events.

    Inboxes know what they have had."""
    sent = (outbox.c.destination == TO_BROKER) & outbox.c.published_at.is_not(None) & (outbox.c.created_at > since)
    again = {"published_at": None, "leased_until": None, "available_at": system_now(), "attempts": 0}
    return int(session.execute(update(outbox).where(sent).values(again)).rowcount)  # type: ignore[attr-defined]


def waiting(db: Database) -> tuple[int, float]:
    """How many rows wait, and the age in seconds of the oldest."""
    with db.reading() as session:
        query = select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.published_at.is_(None))
        number, oldest = session.execute(query).one()
    if oldest is None:
        return 0, 0.0
    return number, max(0.0, (system_now() - oldest).total_seconds())


def _change(session: Session, sequences: Sequence[int], **values: Any) -> None:
    session.execute(update(outbox).where(outbox.c.sequence.in_(sequences)).values(**values))
