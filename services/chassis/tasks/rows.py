"""The rows of tasks: written with the change that asks for them, held by short leases, listed for
operators.

Renewing and settling act only on a lease that still has the owner's id, the start id of a worker:
who was paused, or cut off from the database, for longer finds the lease lost, logs that and changes
nothing.
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import structlog
from flask import current_app
from sqlalchemy import (
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import Database, UtcDateTime
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.events.outbox import is_due, new_envelope
from services.chassis.tasks.registry import EVENTS, RELAY, Handlers
from services.chassis.tasks.tables import DONE, PARKED, SET_ASIDE, WAITING, outbox, tasks
from services.clock import seconds_since, system_now

log = structlog.get_logger()

# Short, since the work of a dead worker waits that long: 15 s at most, including the pauses of
# workers that look for work; from the second attempt on as long as after a failure. LEASE -
# RENEW_SECONDS is the tolerance for a late renewal on a busy machine, and for the difference
# between the clocks of two hosts. A SQLite file that is locked for longer delays the renewal, but
# also a takeover.
LEASE = timedelta(seconds=10)
RENEW_SECONDS = 3.0
RETRY_SECONDS: tuple[float, ...] = (5, 30, 120, 600, 3600)
"""Before each new attempt; the last delay is repeated."""
ATTEMPTS_BEFORE_PARKING = 28
"""They span about a day, so that a failure of a store or a mail server for a day needs no
operator."""
RETENTION = timedelta(days=30)
"""How long an event stays from when it was sent, and a task from its end."""
MAX_COUNTED = 10_000  # waiting rows: operators act long before
REASON_LENGTH = 300
JOB = "job"
HANDLERS = "portail.handlers"  # the key of an application's Handlers in its extensions
_is = {
    state: tasks.c.state == literal_column(f"'{state}'") for state in (WAITING, PARKED)
}  # as partial indexes say it


@dataclass(frozen=True)
class Task:
    """`state`, `attempts` (this one counted) and `available_at`: as before it was taken."""

    sequence: int
    event_id: str
    handler: str
    channel: str
    envelope: str
    state: str
    attempts: int
    available_at: datetime


def follow_up(
    transaction: Session, name: str, data: dict[str, Any], *, subject: str, delay: float = 0
) -> str:
    """Schedule follow-up `name` for this service's worker, in `delay` seconds at the earliest; its
    id."""
    handlers = cast(Handlers, current_app.extensions[HANDLERS])
    envelope = new_envelope(name, data, subject)
    row = new_row(
        envelope.id, name, handlers.channel_of(name), subject, envelope.to_json().decode()
    )
    write(transaction, [row | {"available_at": row["available_at"] + timedelta(seconds=delay)}])
    return envelope.id


def hear(db: Database, handlers: Handlers, bodies: Sequence[bytes]) -> None:
    """Write a task for each reaction to these events, and parked ones of what cannot be read, once
    each."""
    rows = [row for body in bodies for row in rows_of_event(handlers, body)]
    with db.operation() as transaction:
        write(transaction, rows)
    for row in rows:
        if row["state"] == PARKED:
            log.error("task_parked", handler=row["handler"], reason=row["reason"])


def rows_of_event(handlers: Handlers, body: bytes) -> list[dict[str, Any]]:
    text = body.decode("utf-8", "backslashreplace")
    named = (hashlib.sha256(body).hexdigest(), "undecodable", "")
    try:
        envelope = Envelope.from_json(body)
        named = (envelope.id, envelope.type, envelope.subject)
        if not (reactions := handlers.reactions(envelope.type)):
            raise Undecodable(f"nothing here reacts to {envelope.type}")
    except Undecodable as error:
        event_id, handler, subject = named
        row = new_row(event_id, handler, EVENTS.name, subject, text.replace("\x00", "\ufffd"))
        return [
            row
            | {"state": PARKED, "ended_at": row["created_at"], "reason": str(error)[:REASON_LENGTH]}
        ]
    return [
        new_row(envelope.id, reaction.name, EVENTS.name, envelope.subject, text)
        for reaction in reactions
    ]


def add_recurring(db: Database, channel: str, names: Iterable[str]) -> None:
    """A row of each job, due at once, unless it is there."""
    with db.operation() as transaction:
        write(transaction, [new_row(JOB, name, channel, "", "") for name in names])


def new_row(
    event_id: str, handler: str, channel: str, subject: str, envelope: str
) -> dict[str, Any]:
    now = system_now()
    return {
        "event_id": event_id,
        "handler": handler,
        "channel": channel,
        "subject": subject,
        "envelope": envelope,
        "state": WAITING,
        "created_at": now,
        "available_at": now,
        "attempts": 0,
        "ended_at": None,
        "reason": None,
    }


def write(transaction: Session, rows: list[dict[str, Any]]) -> None:
    """Those that are there, by event id and handler, stay as they are."""
    if rows:
        dialect = postgresql if transaction.get_bind().dialect.name == "postgresql" else sqlite
        transaction.execute(dialect.insert(tasks).on_conflict_do_nothing(), rows)


class DueChannels:
    """Names the channels in which a task is due and free, the relay among them where an event waits
    to be sent. All are asked by one statement, built once: it is run several times a second.
    `handlers`: their names by channel."""

    def __init__(self, db: Database, handlers: Mapping[str, Sequence[str]]) -> None:
        self._db = db
        self._channels = (*handlers, RELAY.name)
        of_tasks = [
            exists().where(*_free(_due(channel, names, _now), _now))
            for channel, names in handlers.items()
        ]
        self._statement = select(*of_tasks, exists().where(is_due(_now)))

    def now(self) -> set[str]:
        with self._db.reading() as transaction:
            row = transaction.execute(self._statement, {"now": system_now()}).one()
        return {
            channel for channel, is_one_due in zip(self._channels, row, strict=True) if is_one_due
        }


class Leases:
    """The tasks that `owner` has in hand. `retry_seconds`: before each new attempt."""

    def __init__(
        self, db: Database, owner: str, retry_seconds: Sequence[float] = RETRY_SECONDS
    ) -> None:
        self._db = db
        self._owner = owner
        self._retry_seconds = retry_seconds
        self._in_hand: dict[int, threading.Event] = {}

    def take(self, channel: str, names: Sequence[str]) -> Task | None:
        """Lease the task of these handlers that is longest due, and count an attempt."""
        return self._take(_longest_due(channel, tuple(names)))

    def take_now(self, which: Any) -> Task | None:
        """Lease the first such task, due or not."""
        return self._take(_first(which))

    def _take(self, first: Any) -> Task | None:
        with self._db.operation() as transaction:
            now = system_now()
            found = transaction.execute(first, {"now": now}).first()
            if found is None:
                return None
            task = Task(*found)
            attempts = task.attempts + 1
            # If its worker dies of it again, it waits as if it had failed.
            due = now + self.pause(attempts - 1) if attempts > 1 else task.available_at
            lease = {
                "until": now + LEASE,
                "by": self._owner,
                "now": now,
                "counted": attempts,
                "due": due,
            }
            transaction.execute(_LEASE, {"of": task.sequence, **lease})
        return replace(task, attempts=attempts)

    def pause(self, attempts: int) -> timedelta:
        """After so many attempts."""
        if not self._retry_seconds:
            return timedelta(0)
        return timedelta(seconds=self._retry_seconds[min(attempts, len(self._retry_seconds)) - 1])

    @contextmanager
    def holding(self, task: Task) -> Iterator[threading.Event]:
        """The lease is renewed while the block runs; the event is set once another has it."""
        lost = self._in_hand[task.sequence] = threading.Event()
        try:
            yield lost
        finally:
            del self._in_hand[task.sequence]

    def renew(self) -> None:
        if not (held := dict(self._in_hand)):
            return
        ours = tasks.c.sequence.in_(list(held)) & (tasks.c.leased_by == self._owner)
        with self._db.operation() as transaction:
            lease = (
                update(tasks)
                .where(ours)
                .values(leased_until=system_now() + LEASE)
                .returning(tasks.c.sequence)
            )
            still = set(transaction.scalars(lease))
        for sequence in held.keys() - still:
            held[sequence].set()

    def settle(self, transaction: Session, task: Task, **values: Any) -> bool:
        """End the lease with these values, if it is still the owner's; whether it was."""
        still_owned = (tasks.c.sequence == task.sequence) & (tasks.c.leased_by == self._owner)
        freed = {"leased_until": None, "leased_by": None, **values}
        changed = transaction.execute(update(tasks).where(still_owned).values(freed)).rowcount  # type: ignore[attr-defined]
        if not changed:  # leased by another after our lease expired, or erased with its subject
            log.warning("lease_lost", channel=task.channel, handler=task.handler)
        return bool(changed)

    def done(self, transaction: Session, task: Task) -> bool:
        return self.settle(transaction, task, state=DONE, ended_at=system_now(), reason=None)

    def give_back(self, transaction: Session, task: Task, delay: float | None = None) -> bool:
        """This attempt does not count; in `delay` seconds, or as due as before."""
        due = task.available_at if delay is None else system_now() + timedelta(seconds=delay)
        return self.settle(transaction, task, attempts=task.attempts - 1, available_at=due)


def _due(channel: str, names: Sequence[str], now: Any) -> Any:
    return (
        _is[WAITING]
        & (tasks.c.channel == channel)
        & tasks.c.handler.in_(names)
        & (tasks.c.available_at <= now)
    )


def _free(which: Any, now: Any) -> tuple[Any, Any]:
    return which, or_(tasks.c.leased_until.is_(None), tasks.c.leased_until < now)


# What workers ask for each task is built once: building such a statement takes longer than running
# it.
_now, _until, _at = (bindparam(name, type_=UtcDateTime) for name in ("now", "until", "due"))
_LEASE = (
    update(tasks)
    .where(tasks.c.sequence == bindparam("of"))
    .values(
        leased_until=_until,
        leased_by=bindparam("by"),
        started_at=_now,
        attempts=bindparam("counted"),
        available_at=_at,
    )
)


def _first(which: Any) -> Any:
    in_order = select(*(tasks.c[field.name] for field in fields(Task))).order_by(
        tasks.c.available_at, tasks.c.sequence
    )
    return in_order.where(*_free(which, _now)).limit(1).with_for_update(skip_locked=True)


@cache
def _longest_due(channel: str, names: tuple[str, ...]) -> Any:
    return _first(_due(channel, names, _now))


def parked_tasks(transaction: Session) -> Sequence[Any]:
    """Oldest first, without what they say of people."""
    shown = (tasks.c[name] for name in ("sequence", "event_id", "handler", "reason", "ended_at"))
    return transaction.execute(select(*shown).where(_is[PARKED]).order_by(tasks.c.ended_at)).all()


def parked(transaction: Session) -> int:
    return transaction.scalar(select(func.count()).where(_is[PARKED])) or 0


def is_parked(sequence: int) -> Any:
    return _is[PARKED] & (tasks.c.sequence == sequence)


def set_aside(transaction: Session, sequence: int, reason: str) -> bool:
    """Give up a parked task for good; False if it is not parked."""
    values = {"state": SET_ASIDE, "reason": reason[:REASON_LENGTH], "ended_at": system_now()}
    changed = update(tasks).where(is_parked(sequence)).values(values).returning(tasks.c.sequence)
    return transaction.scalar(changed) is not None


def waiting(db: Database, channels: Iterable[str]) -> dict[str, tuple[int, float]]:
    """How many tasks wait, and the age in seconds of the oldest, by channel; of the MAX_COUNTED
    longest due of each."""
    none = dict.fromkeys(channels, (0, 0.0))
    if not none:
        return {}
    rows = union_all(*map(_waiting_in, none)).subquery()
    totals = select(rows.c.channel, func.count(), func.min(rows.c.created_at)).group_by(
        rows.c.channel
    )
    with db.reading() as transaction:
        return none | {
            channel: (count, seconds_since(oldest))
            for channel, count, oldest in transaction.execute(totals)
        }


def _waiting_in(channel: str) -> Any:
    rows = select(tasks.c.channel, tasks.c.created_at).where(
        _is[WAITING], tasks.c.channel == channel
    )
    return select(
        rows.order_by(tasks.c.available_at, tasks.c.sequence).limit(MAX_COUNTED).subquery()
    )


def jobs(transaction: Session, names: Iterable[str]) -> Sequence[Any]:
    return transaction.execute(
        select(tasks).where(tasks.c.event_id == JOB, tasks.c.handler.in_(list(names)))
    ).all()


def erase_subject(transaction: Session, subject: str, naming: str | None = None) -> None:
    """Erase all events and tasks about `subject`, whatever their state; with `naming`, those alone
    that hold it."""
    for table in (outbox, tasks):
        of_subject = delete(table).where(table.c.subject == subject)
        transaction.execute(
            of_subject if naming is None else of_subject.where(table.c.envelope.contains(naming))
        )


def purge(db: Database, *, before: datetime | None = None) -> int:
    """Erase what was sent or ended before `before` (by default RETENTION ago); how many rows.
    Waiting rows stay."""
    limit = before or system_now() - RETENTION
    ended = literal_column(f"state IN ('{DONE}', '{SET_ASIDE}')") & (tasks.c.ended_at < limit)
    sent = delete_in_pages(db, outbox.c.sequence, where=outbox.c.published_at < limit)
    return sent + delete_in_pages(db, tasks.c.sequence, where=ended)
