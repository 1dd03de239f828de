"""Sends the events that wait in the outbox to the broker, and marks each once it has confirmed. An
event may be sent twice."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from services.chassis.database.columns import UtcDateTime
from services.chassis.database.transactions import Database
from services.chassis.events.broker import Publisher, Unroutable
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.events.outbox import IN_ORDER, WAITS, change
from services.chassis.events.tables import outbox
from services.chassis.tasks import metrics
from services.chassis.tasks.new_tasks import NewTask, write_over
from services.chassis.tasks.registry import RELAY
from services.chassis.traces import spans
from services.clock import seconds_since, system_now

log = structlog.get_logger()

BATCH = 50
CLAIM = timedelta(seconds=10)
"""For how long who claimed events is thought to be sending them: whoever died of it delays them by
that."""
MAX_COUNTED = 10_000  # waiting rows: operators act long before
UNROUTABLE_SECONDS = 30.0


def is_due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return as SQL whether an event is to be sent, and nobody is sending it."""
    return (
        WAITS
        & (outbox.c.available_at <= now)
        & or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < now)
    )


_now = bindparam("now", type_=UtcDateTime)
_due = select(outbox.c.sequence).where(is_due(_now)).order_by(*IN_ORDER).limit(BATCH)
_oldest = _due.with_for_update(skip_locked=True).cte(
    "oldest"
)  # read once, whatever PostgreSQL plans for the rest
_claim = (
    update(outbox)
    .where(outbox.c.sequence.in_(select(_oldest.c.sequence)))
    .values(leased_until=bindparam("until", type_=UtcDateTime))
    .returning(outbox.c.sequence, outbox.c.envelope)
)


@dataclass
class _Outcome:
    """Says what became of the events of a batch, by their sequence; `unreadable` holds reasons."""

    sent: list[int] = field(default_factory=list)
    unroutable: list[int] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)

    def without(self, batch: dict[int, str]) -> list[int]:
        """Return those of the batch that nothing was tried with."""
        return list(batch.keys() - {*self.sent, *self.unroutable, *self.unreadable})


class Relay:
    """Sends what waits, oldest first; used by one thread, within an application context. Several
    workers share what waits: each claims a batch before it sends it."""

    def __init__(self, db: Database, publisher: Publisher, service: str) -> None:
        self._db = db
        self.publisher = publisher
        self._service = service

    def send_batch(self, stop: threading.Event | None = None) -> int:
        """Claim and send what is due, and return how many events were sent.

        One that cannot be read is parked, and the others are sent. Raises BrokerUnavailable once
        what was sent is marked and the rest given back.
        """
        now = system_now()
        with self._db.operation() as transaction:
            batch: dict[int, str] = dict(
                transaction.execute(_claim, {"now": now, "until": now + CLAIM}).all()
            )
        if not batch:
            return 0
        outcome = _Outcome()
        try:
            for sequence, text in sorted(batch.items()):
                if stop and stop.is_set():
                    break
                self._try_to_send(sequence, text, outcome)
        finally:
            self._note(batch, outcome)
        return len(outcome.sent)

    def _try_to_send(self, sequence: int, text: str, outcome: _Outcome) -> None:
        try:
            envelope = Envelope.from_json(text)
        except Undecodable as error:
            outcome.unreadable[sequence] = str(error)
            return
        if self._is_sent(envelope):
            outcome.sent.append(sequence)
        else:
            outcome.unroutable.append(sequence)

    def _is_sent(self, envelope: Envelope) -> bool:
        try:
            with spans.span(f"publish {envelope.type}", "PRODUCER", parent=envelope.traceparent):
                self.publisher.publish(envelope)
        except Unroutable:
            metrics.UNROUTABLE.labels(self._service).inc()
            log.error("event_unroutable", event_id=envelope.id, event_type=envelope.type)
            return False
        return True

    def _note(self, batch: dict[int, str], outcome: _Outcome) -> None:
        later = system_now() + timedelta(seconds=UNROUTABLE_SECONDS)
        with self._db.operation() as transaction:
            sent = update(outbox).values(published_at=system_now())
            change(transaction, outcome.sent, sent)
            postponed = update(outbox).values(available_at=later, leased_until=None)
            change(transaction, outcome.unroutable, postponed)
            given_back = update(outbox).values(leased_until=None)
            change(transaction, outcome.without(batch), given_back)
            for sequence, reason in outcome.unreadable.items():
                _park(transaction, sequence, reason)


def _park(transaction: Session, sequence: int, reason: str) -> None:
    """Move an event that cannot be read from the outbox to the operators' list of parked tasks."""
    moved = delete(outbox).where(outbox.c.sequence == sequence)
    event = transaction.execute(
        moved.returning(outbox.c.event_id, outbox.c.type, outbox.c.subject, outbox.c.envelope)
    ).one_or_none()
    if event is None:  # erased with its subject meanwhile
        return
    unsent = NewTask(
        event_id=event.event_id,
        handler=RELAY.name,
        channel=RELAY.name,
        subject=event.subject,
        envelope=event.envelope,
    )
    parked = unsent.parked(f"{event.type} cannot be sent: {reason}")
    write_over(transaction, parked)
    log.error("task_parked", handler=parked.handler, reason=parked.reason)


def waiting(db: Database) -> tuple[int, float]:
    """Return how many events wait to be sent, and the age in seconds of the oldest; of the first
    MAX_COUNTED."""
    rows = (
        select(outbox.c.created_at).where(WAITS).order_by(*IN_ORDER).limit(MAX_COUNTED).subquery()
    )
    with db.reading() as transaction:
        count, oldest = transaction.execute(
            select(func.count(), func.min(rows.c.created_at)).select_from(rows)
        ).one()
    return count, seconds_since(oldest) if oldest else 0.0
