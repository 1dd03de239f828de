"""Leases rows of the outbox, so that several workers share them and no transaction spans a network call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, literal, or_, select, union_all, update
from sqlalchemy.orm import Session

from services.chassis.clock import seconds_since, system_now
from services.chassis.database.transactions import Database
from services.chassis.events.tables import TO_BROKER, TO_SELF, outbox
from services.chassis.process import leases

log = structlog.get_logger()

PAGE = 1000  # published again in one transaction
MAX_COUNTED = 10_000  # waiting rows: operators act long before
_DESTINATIONS = (TO_BROKER, TO_SELF)


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
    """Lease due rows to `owner`, longest due first, and count an attempt of each.

    `types`: only these types of this destination. All rows returned have the type whose first row has waited longest;
    empty if other workers hold all of these.
    """
    groups = [outbox.c.destination == destination] if types is None else [outbox.c.type == type for type in types]
    with db.reading() as session:  # while nothing is due, no writer is blocked
        place = session.scalar(_longest_due_group(system_now(), groups))
    if place is None:
        return []
    with db.operation() as session:  # it may have waited for a writer: the lease begins now
        leased = session.execute(_lease(system_now(), groups[place], limit, owner)).all()
    return [Row(sequence, envelope, attempts) for _, sequence, envelope, attempts in sorted(map(tuple, leased))]


def _longest_due_group(now: datetime, groups: Sequence[Any]) -> Any:
    """Index of the group whose first row has waited longest. Each group is read in the order of a database index."""
    columns = outbox.c.available_at, outbox.c.sequence
    firsts = [
        select(_longest_due(select(*columns, literal(place).label("place")), now, group, 1).subquery())
        for place, group in enumerate(groups)
    ]
    first = union_all(*firsts).subquery()
    return select(first.c.place).order_by(first.c.available_at, first.c.sequence).limit(1)


def _lease(now: datetime, group: Any, limit: int, owner: str) -> Any:
    """One statement that leases the group's due rows, except those that another worker has locked."""
    chosen = _longest_due(select(outbox.c.sequence), now, group, limit).with_for_update(skip_locked=True).cte("chosen")
    leased = {"leased_until": now + leases.LEASE, "leased_by": owner, "attempts": outbox.c.attempts + 1}
    columns = outbox.c.available_at, outbox.c.sequence, outbox.c.envelope, outbox.c.attempts
    return update(outbox).where(outbox.c.sequence.in_(select(chosen.c.sequence))).values(leased).returning(*columns)


def _longest_due(query: Any, now: datetime, group: Any, limit: int) -> Any:
    return query.where(_due(now), group).order_by(outbox.c.available_at, outbox.c.sequence).limit(limit)


def renew(db: Database, sequences: Sequence[int], owner: str) -> bool:
    """Extend the lease; whether `owner` still holds any of the rows."""
    with db.operation() as session:
        return _change(session, sequences, owner, leased_until=system_now() + leases.LEASE) > 0


def done(session: Session, sequences: Sequence[int], owner: str) -> int:
    """Mark as done (sent, handled or parked) the rows that `owner` still holds; how many."""
    return _change(session, sequences, owner, published_at=system_now(), leased_until=None, leased_by=None)


def give_back(
    session: Session, sequences: Sequence[int], owner: str, *, delay: float | None, counted: bool = True
) -> int:
    """Make rows due again after `delay` seconds (None: as due as before), this attempt `counted` or not.

    How many of the rows were still `owner`'s, which alone are changed."""
    values: dict[str, Any] = {"leased_until": None, "leased_by": None}
    if delay is not None:
        values["available_at"] = system_now() + timedelta(seconds=delay)
    if not counted:
        values["attempts"] = outbox.c.attempts - 1
    return _change(session, sequences, owner, **values)


def publish_again(db: Database, since: datetime) -> int:
    """Publish again, a page at a time, the published events that were written since that instant (UTC); how many.

    The consumers' inboxes ignore those that they have handled.
    """
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


def waiting(db: Database) -> dict[str, tuple[int, float]]:
    """How many rows wait, and the age in seconds of the oldest, by destination.

    Only the MAX_COUNTED longest due of each destination are read. If more wait, the number is a minimum, and a row
    that was tried in vain and is due later may be older.
    """
    rows = union_all(*map(_pending, _DESTINATIONS)).subquery()
    totals = select(rows.c.destination, func.count(), func.min(rows.c.created_at)).group_by(rows.c.destination)
    with db.reading() as session:
        by_destination = {row[0]: (row[1], seconds_since(row[2])) for row in session.execute(totals)}
    return dict.fromkeys(_DESTINATIONS, (0, 0.0)) | by_destination


def _pending(destination: str) -> Any:
    waits = outbox.c.published_at.is_(None) & (outbox.c.destination == destination)
    rows = select(outbox.c.destination, outbox.c.created_at).where(waits)
    return select(rows.order_by(outbox.c.available_at, outbox.c.sequence).limit(MAX_COUNTED).subquery())


def _change(session: Session, sequences: Sequence[int], owner: str, **values: Any) -> int:
    still_owned = outbox.c.sequence.in_(sequences) & (outbox.c.leased_by == owner)
    changed = int(session.execute(update(outbox).where(still_owned).values(**values)).rowcount)  # type: ignore[attr-defined]
    if changed < len(sequences):  # leased by another after our lease expired, or erased with its subject
        log.warning("lease_lost", table="outbox", rows=len(sequences) - changed)
    return changed
