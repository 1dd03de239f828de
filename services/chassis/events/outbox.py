"""Events for other services: written in the transaction of the change that they announce, then sent
to the broker, and marked once it has confirmed. An event may be sent twice."""

import threading
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from flask import current_app, has_app_context
from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database, UtcDateTime, new_id
from services.chassis.events.broker import Publisher, Unroutable
from services.chassis.events.envelope import Envelope
from services.chassis.process.logs import request_id
from services.chassis.tasks import metrics
from services.chassis.tasks.tables import outbox
from services.chassis.traces import spans
from services.clock import seconds_since, system_now

log = structlog.get_logger()

BATCH = 50
CLAIM = timedelta(seconds=10)
"""For how long who claimed events is thought to be sending them: whoever died of it delays them by
that."""
PAGE = 1000  # published again in one transaction
MAX_COUNTED = 10_000  # waiting rows: operators act long before
UNROUTABLE_SECONDS = 30.0
TO_BROKER = "broker"
_WAITS = outbox.c.published_at.is_(None) & (outbox.c.destination == TO_BROKER)
_IN_ORDER = (outbox.c.available_at, outbox.c.sequence)


def is_due(now: Any) -> Any:
    """As SQL: an event that is to be sent, and that nobody is sending. `now`: an instant, or a
    parameter for one."""
    return (
        _WAITS
        & (outbox.c.available_at <= now)
        & or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < now)
    )


_now = bindparam("now", type_=UtcDateTime)
_due = select(outbox.c.sequence).where(is_due(_now)).order_by(*_IN_ORDER).limit(BATCH)
_oldest = _due.with_for_update(skip_locked=True).cte(
    "oldest"
)  # read once, whatever PostgreSQL plans for the rest
_claim = (
    update(outbox)
    .where(outbox.c.sequence.in_(select(_oldest.c.sequence)))
    .values(leased_until=bindparam("until", type_=UtcDateTime))
    .returning(outbox.c.sequence, outbox.c.envelope)
)


class Publishable(Protocol):
    """An event contract: a versioned type and JSON-ready data."""

    @property
    def TYPE(self) -> str: ...  # noqa: N802 - a contract's constant

    def to_data(self) -> dict[str, Any]: ...


def publish(transaction: Session, event: Publishable, *, subject: str) -> str:
    """Announce a change to other services; the event's id. It is sent after `session` has
    committed."""
    envelope = new_envelope(event.TYPE, event.to_data(), subject)
    row = {
        "event_id": envelope.id,
        "type": envelope.type,
        "subject": subject,
        "envelope": envelope.to_json().decode(),
    }
    at = {"created_at": envelope.time, "available_at": envelope.time}
    transaction.execute(insert(outbox).values(**row, **at, destination=TO_BROKER, attempts=0))
    return envelope.id


def new_envelope(type: str, data: dict[str, Any], subject: str) -> Envelope:
    """In the name of the running service, with the id of the HTTP request or of the task that is
    run, and its trace."""
    source = f"/{current_app.name.rpartition('.')[2]}" if has_app_context() else "/"
    return Envelope(
        new_id(),
        source,
        type,
        subject,
        system_now(),
        data,
        request_id(),
        traceparent=spans.traceparent(),
    )


class Relay:
    """Sends what waits, oldest first; used by one thread, within an application context. Several
    workers share what waits: each claims a batch before it sends it."""

    def __init__(self, db: Database, publisher: Publisher, service: str) -> None:
        self._db = db
        self.publisher = publisher
        self._service = service

    def send_batch(self, stop: threading.Event | None = None) -> int:
        """Claim and send what is due; how many events were sent. Raises BrokerUnavailable once what
        was sent is marked and the rest given back."""
        now = system_now()
        with self._db.operation() as transaction:
            batch: dict[int, str] = dict(
                transaction.execute(_claim, {"now": now, "until": now + CLAIM}).all()
            )
        if not batch:
            return 0
        sent = list[int]()
        unroutable = list[int]()
        try:
            for sequence, envelope in sorted(batch.items()):
                if stop and stop.is_set():
                    break
                (sent if self._sent(envelope) else unroutable).append(sequence)
        finally:
            later = system_now() + timedelta(seconds=UNROUTABLE_SECONDS)
            with self._db.operation() as transaction:
                _change(transaction, sent, published_at=system_now())
                _change(transaction, unroutable, available_at=later, leased_until=None)
                _change(transaction, list(batch.keys() - {*sent, *unroutable}), leased_until=None)
        return len(sent)

    def _sent(self, body: str) -> bool:
        envelope = Envelope.from_json(body)
        try:
            with spans.span(f"publish {envelope.type}", "PRODUCER", parent=envelope.traceparent):
                self.publisher.publish(envelope)
        except Unroutable:
            metrics.UNROUTABLE.labels(self._service).inc()
            log.error("event_unroutable", event_id=envelope.id, event_type=envelope.type)
            return False
        return True


def waiting(db: Database) -> tuple[int, float]:
    """How many events wait to be sent, and the age in seconds of the oldest; of the first
    MAX_COUNTED."""
    rows = (
        select(outbox.c.created_at).where(_WAITS).order_by(*_IN_ORDER).limit(MAX_COUNTED).subquery()
    )
    with db.reading() as transaction:
        count, oldest = transaction.execute(
            select(func.count(), func.min(rows.c.created_at)).select_from(rows)
        ).one()
    return count, seconds_since(oldest) if oldest else 0.0


def publish_again(db: Database, since: datetime) -> int:
    """Publish again, a page at a time, the published events that were written since that instant
    (UTC); how many."""
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
            _change(
                transaction, page, published_at=None, available_at=system_now(), leased_until=None
            )
        if not page:
            return changed
        changed = changed + len(page)
        after = page[-1]


def _change(transaction: Session, sequences: list[int], **values: Any) -> None:
    if sequences:
        transaction.execute(update(outbox).where(outbox.c.sequence.in_(sequences)).values(values))
