"""What the version before leaves in its tables, while both are at work and after. The next release deletes it all.

That version keeps follow-ups in the outbox, addressed to « self », handled events in an inbox, and what it gave up in
a table `parked`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import Database
from services.chassis.tasks.registry import EVENTS, OTHERS, Handlers
from services.chassis.tasks.tables import PARKED, SET_ASIDE, WAITING, inbox, outbox, parked, tasks

_PAGE = 500


def handled(session: Session, event_ids: Iterable[str]) -> set[tuple[str, str]]:
    """What that version has reacted to."""
    known = select(inbox.c.event_id, inbox.c.handler).where(inbox.c.event_id.in_(list(event_ids)))
    return {(event_id, handler) for event_id, handler in session.execute(known)}


def move(db: Database, handlers: Handlers) -> None:
    """Make tasks of its follow-ups that nobody has in hand, and of what it gave up."""
    channels = {name: channel.name for channel, names in handlers.channels.items() for name in names}
    names = [name for channel, names in handlers.channels.items() if channel is not EVENTS for name in names]
    waits = and_(
        outbox.c.published_at.is_(None),
        outbox.c.destination == "self",
        outbox.c.type.in_(names),
        or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < system_now()),
    )
    while _moved_page(db, channels, outbox.c.sequence, waits) == _PAGE:
        pass
    while _moved_page(db, channels, parked.c.id, parked.c.id.is_not(None)) == _PAGE:
        pass


def _moved_page(db: Database, channels: dict[str, str], key: Any, where: Any) -> int:
    with db.reading() as session:
        if session.execute(select(key).where(where).limit(1)).first() is None:
            return 0
    with db.operation() as session:
        page = select(key.table).where(where).order_by(key).limit(_PAGE).with_for_update(skip_locked=True)
        rows = session.execute(page).mappings().all()
        new = [_as_task(row, channels) for row in rows]
        known = select(tasks.c.event_id, tasks.c.handler).where(tasks.c.event_id.in_([row["event_id"] for row in new]))
        there = {(event_id, handler) for event_id, handler in session.execute(known)}
        if missing := [row for row in new if (row["event_id"], row["handler"]) not in there]:
            session.execute(insert(tasks), missing)
        session.execute(delete(key.table).where(key.in_([row[key.name] for row in rows])))
        return len(rows)


def _as_task(row: Any, channels: dict[str, str]) -> dict[str, Any]:
    shared = {name: row[name] for name in ("event_id", "subject", "envelope", "attempts")} | {"handler": row["type"]}
    if "parked_at" not in row:
        instants = {"created_at": row["created_at"], "available_at": row["available_at"], "ended_at": None}
        return shared | instants | {"channel": channels[row["type"]], "state": WAITING, "reason": None}
    channel = EVENTS.name if row["destination"] == "broker" else channels.get(row["type"], OTHERS.name)
    state, ended_at = (SET_ASIDE, row["settled_at"]) if row["settled_at"] else (PARKED, row["parked_at"])
    instants = {"created_at": row["parked_at"], "available_at": row["parked_at"], "ended_at": ended_at}
    return shared | instants | {"channel": channel, "state": state, "reason": row["settled_by"] or row["reason"]}


def purge(db: Database, limit: datetime) -> int:
    return delete_in_pages(db, inbox.c.event_id, inbox.c.handler, where=inbox.c.handled_at < limit)
