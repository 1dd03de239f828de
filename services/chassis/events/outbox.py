"""Events for other services, written in the transaction of the change that they announce
(services/chassis/tasks/relay.py sends them)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import structlog
from flask import current_app, has_app_context
from sqlalchemy import Update, insert, select, update
from sqlalchemy.orm import Session

from services.chassis.database.columns import new_id
from services.chassis.database.transactions import Database
from services.chassis.events.envelope import Envelope
from services.chassis.events.tables import outbox
from services.chassis.process.logs import request_id
from services.chassis.traces import spans
from services.clock import system_now

log = structlog.get_logger()

PAGE = 1000  # published again in one transaction
TO_BROKER = "broker"
WAITS = outbox.c.published_at.is_(None) & (outbox.c.destination == TO_BROKER)
IN_ORDER = (outbox.c.available_at, outbox.c.sequence)


class Publishable(Protocol):
    """An event contract: a versioned type and JSON-ready data."""

    @property
    def TYPE(self) -> str: ...  # noqa: N802 - a contract's constant

    def to_data(self) -> Mapping[str, object]: ...


def publish(transaction: Session, event: Publishable, *, subject: str) -> str:
    """Announce a change to other services, and return the event's id. It is sent after the
    transaction has committed."""
    envelope = new_envelope(event.TYPE, event.to_data(), subject)
    write(transaction, envelope)
    return envelope.id


def write(transaction: Session, envelope: Envelope) -> None:
    """Have an event sent once the transaction has committed."""
    row = {
        "event_id": envelope.id,
        "destination": TO_BROKER,
        "type": envelope.type,
        "subject": envelope.subject,
        "envelope": envelope.to_json().decode(),
        "created_at": envelope.time,
        "available_at": envelope.time,
        "attempts": 0,
    }
    transaction.execute(insert(outbox).values(row))


def new_envelope(type: str, data: Mapping[str, object], subject: str) -> Envelope:
    """Return an envelope in the name of the running service, with the id of the HTTP request or of
    the task that is run, and its trace."""
    source = f"/{current_app.name.rpartition('.')[2]}" if has_app_context() else "/"
    return Envelope(
        new_id(),
        source,
        type,
        subject,
        system_now(),
        dict(data),
        request_id(),
        traceparent=spans.traceparent(),
    )


def publish_again(db: Database, since: datetime) -> int:
    """Publish again, a page at a time, the published events that were written since that instant
    (UTC), and return how many."""
    sent = (
        (outbox.c.destination == TO_BROKER)
        & outbox.c.published_at.is_not(None)
        & (outbox.c.created_at > since)
    )
    pages = select(outbox.c.sequence).where(sent).order_by(outbox.c.sequence).limit(PAGE)
    changed = after = 0
    while True:
        with db.operation() as transaction:
            page = list(transaction.scalars(pages.where(outbox.c.sequence > after)))
            waiting_again = update(outbox).values(
                published_at=None, available_at=system_now(), leased_until=None
            )
            change(transaction, page, waiting_again)
        if not page:
            return changed
        changed = changed + len(page)
        after = page[-1]


def change(transaction: Session, sequences: list[int], changed: Update) -> None:
    """Carry out a change of the outbox for the events of these sequences alone."""
    if sequences:
        transaction.execute(changed.where(outbox.c.sequence.in_(sequences)))
