"""Writes tasks: with the change that asks for them, or when an event is heard."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import structlog
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.events.outbox import new_envelope
from services.chassis.tasks.registry import EVENTS, HANDLERS, Channel, Handlers
from services.chassis.tasks.tables import JOB, PARKED, REASON_LENGTH, WAITING, tasks
from services.clock import system_now

log = structlog.get_logger()


def follow_up(
    transaction: Session,
    name: str,
    data: dict[str, Any],
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
    """Return the tasks that an event asks for, or a parked one where it cannot be read."""
    text = body.decode("utf-8", "backslashreplace")
    named = (hashlib.sha256(body).hexdigest(), "undecodable", "")
    try:
        envelope = Envelope.from_json(body)
        named = (envelope.id, envelope.type, envelope.subject)
        if not (reactions := handlers.reactions(envelope.type)):
            raise Undecodable(f"nothing here reacts to {envelope.type}")
    except Undecodable as error:
        event_id, handler, subject = named
        shown = text.replace("\x00", "\ufffd")
        return [parked_row(event_id, handler, EVENTS, subject, shown, str(error))]
    return [
        new_row(envelope.id, reaction.name, EVENTS.name, envelope.subject, text)
        for reaction in reactions
    ]


def add_recurring(db: Database, channel: str, names: Iterable[str]) -> None:
    """Write a task of each job, due at once, unless it is there."""
    with db.operation() as transaction:
        write(transaction, [new_row(JOB, name, channel, "", "") for name in names])


def new_row(
    event_id: str, handler: str, channel: str, subject: str, envelope: str
) -> dict[str, Any]:
    """Return a task that is due at once."""
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


def parked_row(
    event_id: str, handler: str, channel: Channel, subject: str, envelope: str, reason: str
) -> dict[str, Any]:
    """Return the task of what an operator has to look at before anything is done with it."""
    row = new_row(event_id, handler, channel.name, subject, envelope)
    return row | {
        "state": PARKED,
        "ended_at": row["created_at"],
        "reason": reason[:REASON_LENGTH],
    }


def write(transaction: Session, rows: list[dict[str, Any]]) -> None:
    """Write these tasks. Those that are there, by event id and handler, stay as they are."""
    if rows:
        dialect = postgresql if transaction.get_bind().dialect.name == "postgresql" else sqlite
        transaction.execute(dialect.insert(tasks).on_conflict_do_nothing(), rows)
