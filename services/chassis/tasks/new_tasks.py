"""Writes tasks: with the change that asks for them, or when an event is heard."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

import structlog
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.events.outbox import new_envelope
from services.chassis.tasks.registry import EVENTS, HANDLERS, Handlers
from services.chassis.tasks.tables import JOB, PARKED, REASON_LENGTH, WAITING, tasks
from services.clock import system_now

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """A row of the table of tasks as it is written, due at once unless told otherwise."""

    event_id: str
    handler: str
    channel: str
    subject: str
    envelope: str
    state: str = WAITING
    created_at: datetime = field(default_factory=system_now)
    available_at: datetime = field(default_factory=system_now)
    attempts: int = 0
    ended_at: datetime | None = None
    reason: str | None = None

    def postponed(self, seconds: float) -> "NewTask":
        """Return the task, due so many seconds later."""
        return replace(self, available_at=self.available_at + timedelta(seconds=seconds))

    def parked(self, reason: str) -> "NewTask":
        """Return the task as one that an operator has to look at before anything is done."""
        return replace(self, state=PARKED, ended_at=self.created_at, reason=reason[:REASON_LENGTH])


def follow_up(
    transaction: Session,
    name: str,
    data: Mapping[str, object],
    *,
    subject: str,
    delay: float = 0,
    task_id: str | None = None,
) -> str:
    """Schedule follow-up `name` for this service's worker, in `delay` seconds at the earliest, and
    return its id.

    `task_id` is given by what may ask twice: the second time nothing is added.
    """
    handlers = cast(Handlers, current_app.extensions[HANDLERS])
    envelope = new_envelope(name, data, subject)
    if task_id is not None:
        envelope = replace(envelope, id=task_id)
    task = NewTask(
        event_id=envelope.id,
        handler=name,
        channel=handlers.channel_of(name),
        subject=subject,
        envelope=envelope.to_json().decode(),
    )
    write(transaction, [task.postponed(delay)])
    return envelope.id


def hear(db: Database, handlers: Handlers, bodies: Sequence[bytes]) -> None:
    """Write a task for each reaction to these events, and parked ones of what cannot be read, once
    each."""
    heard = [task for body in bodies for task in tasks_of_event(handlers, body)]
    with db.operation() as transaction:
        write(transaction, heard)
    for task in heard:
        if task.state == PARKED:
            log.error("task_parked", handler=task.handler, reason=task.reason)


def tasks_of_event(handlers: Handlers, body: bytes) -> list[NewTask]:
    """Return the tasks that an event asks for, or a parked one where it cannot be read."""
    text = body.decode("utf-8", "backslashreplace")
    shown = text.replace("\x00", "\ufffd")
    try:
        envelope = Envelope.from_json(body)
    except Undecodable as error:
        stranger = NewTask(
            event_id=hashlib.sha256(body).hexdigest(),
            handler="undecodable",
            channel=EVENTS.name,
            subject="",
            envelope=shown,
        )
        return [stranger.parked(str(error))]
    reactions = handlers.reactions(envelope.type)
    if not reactions:
        unknown = _task_of(envelope, envelope.type, shown)
        return [unknown.parked(f"nothing here reacts to {envelope.type}")]
    return [_task_of(envelope, reaction.name, text) for reaction in reactions]


def _task_of(envelope: Envelope, handler: str, text: str) -> NewTask:
    return NewTask(
        event_id=envelope.id,
        handler=handler,
        channel=EVENTS.name,
        subject=envelope.subject,
        envelope=text,
    )


def add_recurring(db: Database, channel: str, names: Iterable[str]) -> None:
    """Write a task of each job, due at once, unless it is there."""
    jobs = [
        NewTask(event_id=JOB, handler=name, channel=channel, subject="", envelope="")
        for name in names
    ]
    with db.operation() as transaction:
        write(transaction, jobs)


def write(transaction: Session, new: Sequence[NewTask]) -> None:
    """Write these tasks. Those that are there, by event id and handler, stay as they are."""
    if new:
        add = _insert(transaction).on_conflict_do_nothing()
        transaction.execute(add, [asdict(task) for task in new])


def write_over(transaction: Session, new: NewTask) -> None:
    """Write this task in the place of one that has the same event id and handler, if there is one:
    what the finished task of a replay holds is no longer the event as it came back."""
    add = _insert(transaction).values(asdict(new))
    renewed = {name: add.excluded[name] for name in asdict(new)}
    transaction.execute(
        add.on_conflict_do_update(index_elements=["event_id", "handler"], set_=renewed)
    )


def _insert(transaction: Session) -> postgresql.Insert | sqlite.Insert:
    dialect = postgresql if transaction.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(tasks)
