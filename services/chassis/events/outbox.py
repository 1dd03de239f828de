"""Taking rows of the outbox under a lease, so that several workers share them and no transaction spans a call."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from services.chassis import leases
from services.chassis.clock import system_now
from services.chassis.database import Database
from services.chassis.events.tables import TO_BROKER, outbox

log = structlog.get_logger()

PAGE = 1000  # published again in one transaction
EXTRA_ROWS = 20  # are looked at for the workers that take at the same moment


@dataclass(frozen=True)
class Row:
    sequence: int
    envelope: str
    attempts: int


def _due(now: datetime) -> Any:
    return (
        (outbox.c.published_at.is_(None))
        & (outbox.c.available_at <= now)
        & or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < now)
    )


def take(db: Database, destination: str, *, limit: int, owner: str, types: Sequence[str] | None = None) -> list[Row]:
    """Rows that are due, longest due first, each counted as one more attempt and `owner`'s until the lease ends.

    `types`, all of this destination, leave out all others.
    """
    now = system_now()
    due = _due(now)
    with db.reading() as session:
        first = _first(session, due, limit + EXTRA_ROWS, destination, types)
    if not first:
        return []
    with db.operation() as session:
        columns = select(outbox.c.sequence, outbox.c.envelope, outbox.c.attempts)
        locked = _oldest(columns.where(due & outbox.c.sequence.in_(first)), limit).with_for_update(skip_locked=True)
        rows = [Row(sequence, envelope, attempts + 1) for sequence, envelope, attempts in session.execute(locked)]
        ours = outbox.c.sequence.in_([row.sequence for row in rows])
        leased = {"leased_until": now + leases.LEASE, "leased_by": owner, "attempts": outbox.c.attempts + 1}
        session.execute(update(outbox).where(ours).values(leased))
    return rows


def _first(session: Session, due: Any, limit: int, destination: str, types: Sequence[str] | None) -> list[int]:
    """The sequences of those longest due, read in the order of an index: of the destination, or of each type."""
    columns = select(outbox.c.available_at, outbox.c.sequence).where(due)
    groups = [outbox.c.destination == destination] if types is None else [outbox.c.type == type for type in types]
    if types and session.execute(columns.where(outbox.c.type.in_(types)).limit(1)).first() is None:
        return []
    rows = [session.execute(_oldest(columns.where(group), limit)).all() for group in groups]
    return [sequence for _, sequence in sorted(itertools.chain(*rows))[:limit]]


def _oldest(query: Any, limit: int) -> Any:
    return query.order_by(outbox.c.available_at, outbox.c.sequence).limit(limit)


def renew(db: Database, sequences: Sequence[int], owner: str) -> bool:
    """Whether any of the rows is still `owner`'s."""
    with db.operation() as session:
        return _change(session, sequences, owner, leased_until=system_now() + leases.LEASE) > 0


def is_in_hand(session: Session, type: str, subject: str) -> bool:
    """Whether a worker is at such a follow-up now, as far as its lease tells."""
    leased = (outbox.c.published_at.is_(None)) & (outbox.c.leased_until > system_now())
    row = select(outbox.c.sequence).where(outbox.c.subject == subject, outbox.c.type == type, leased)
    return session.execute(row.limit(1)).first() is not None


def done(session: Session, sequences: Sequence[int], owner: str) -> int:
    """Sent, handled or parked; how many of the rows were still `owner`'s, which alone are marked."""
    return _change(session, sequences, owner, published_at=system_now(), leased_until=None, leased_by=None)


def give_back(
    session: Session, sequences: Sequence[int], owner: str, *, delay: float | None, counted: bool = True
) -> int:
    """To be taken again after `delay` seconds (None: in the place that it had), this attempt `counted` or not.

    How many of the rows were still `owner`'s, which alone are changed."""
    values: dict[str, Any] = {"leased_until": None, "leased_by": None}
    if delay is not None:
        values["available_at"] = system_now() + timedelta(seconds=delay)
    if not counted:
        values["attempts"] = outbox.c.attempts - 1
    return _change(session, sequences, owner, **values)


def publish_again(db: Database, since: datetime) -> int:
    """Let what was written since then (UTC) and published be published once more, a page at a time; how many events.

    Inboxes know what they have had."""
    sent = (outbox.c.destination == TO_BROKER) & outbox.c.published_at.is_not(None) & (outbox.c.created_at > since)
    pages = select(outbox.c.sequence).where(sent).order_by(outbox.c.sequence).limit(PAGE)
    again = {"published_at": None, "leased_until": None, "leased_by": None, "available_at": system_now(), "attempts": 0}
    changed = after = 0
    while True:
        with db.operation() as session:
            page = session.scalars(pages.where(outbox.c.sequence > after)).all()
            session.execute(update(outbox).where(outbox.c.sequence.in_(page)).values(again))
        if not page:
            return changed
        changed, after = changed + len(page), page[-1]


def waiting(db: Database) -> tuple[int, float]:
    """How many rows wait, and the age in seconds of the oldest."""
    with db.reading() as session:
        query = select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.published_at.is_(None))
        number, oldest = session.execute(query).one()
    if oldest is None:
        return 0, 0.0
    return number, max(0.0, (system_now() - oldest).total_seconds())


def _change(session: Session, sequences: Sequence[int], owner: str, **values: Any) -> int:
    ours = outbox.c.sequence.in_(sequences) & (outbox.c.leased_by == owner)
    changed = int(session.execute(update(outbox).where(ours).values(**values)).rowcount)  # type: ignore[attr-defined]
    if changed < len(sequences):  # taken by another after our lease ended, or erased with its subject
        log.warning("lease_lost", table="outbox", rows=len(sequences) - changed)
    return changed
