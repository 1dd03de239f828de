"""What a service's worker does, done at once by a test: an event reaches its handlers, its
follow-ups are run."""

import json
from typing import Any

from flask import Flask
from sqlalchemy import Select, select, text, update

from services import clock
from services.chassis.database.columns import new_id
from services.chassis.database.transactions import Database
from services.chassis.events.envelope import Envelope
from services.chassis.events.tables import outbox
from services.chassis.tasks import new_tasks
from services.chassis.tasks.registry import EVENTS, Handlers
from services.chassis.tasks.runner import Runner
from services.chassis.tasks.tables import tasks
from services.contracts.base import Contract

MANY = 50  # tries


def deliver_event(
    app: Flask, handlers: Handlers, event: Contract, event_id: str | None = None
) -> None:
    """The event of another service is handled; the same `event_id` again is the same event
    delivered again.

    Raises what a reaction raises.
    """
    envelope = Envelope(
        event_id or new_id(), "/another", event.TYPE, "x", clock.portal_now(), event.to_data()
    )
    deliver(app, handlers, envelope.to_json())


def deliver(app: Flask, handlers: Handlers, *bodies: bytes) -> None:
    with app.app_context():
        new_tasks.hear(database_of(app), handlers, bodies)
        runner = runner_of(app, handlers)
        while task := runner.leases.take(EVENTS.name, handlers.channels[EVENTS]):
            if error := runner.run(task):
                raise error


def run_follow_ups(app: Flask, handlers: Handlers) -> list[str]:
    """Each follow-up that waits is tried once, those that they ask for too; returns the names of
    the errors of those that have to be tried again."""
    failures: dict[int, str] = {}
    with app.app_context():
        runner = runner_of(app, handlers, 60.0)
        for channel in [channel for channel in handlers.channels if channel is not EVENTS]:
            while task := runner.leases.take(channel.name, handlers.channels[channel]):
                try:
                    error = runner.run(task)
                except Exception as unavailable:
                    error = unavailable
                    _put_off(app, task.sequence)
                if error:
                    failures[task.sequence] = type(error).__name__
        if failures:
            with database_of(app).operation() as transaction:
                due = update(tasks).where(tasks.c.sequence.in_(failures))
                transaction.execute(due.values(available_at=tasks.c.created_at))
    return list(failures.values())


def runner_of(app: Flask, handlers: Handlers, *retry_seconds: float) -> Runner:
    return Runner(app, handlers, retry_seconds or (0.0,), MANY)


def _put_off(app: Flask, sequence: int) -> None:
    with database_of(app).operation() as transaction:
        later = clock.system_now().replace(year=clock.system_now().year + 1)
        transaction.execute(
            update(tasks).where(tasks.c.sequence == sequence).values(available_at=later)
        )


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["sqlalchemy"]
    return database


def stored(app: Flask, query: Select[Any]) -> list[Any]:
    """What it finds in the service's database, of each row the first column."""
    with app.app_context(), database_of(app).reading() as transaction:
        return list(transaction.scalars(query))


def published(app: Flask, type: str = "") -> list[dict[str, Any]]:
    """The envelopes of what other services are told, of this type or all, oldest first."""
    written = select(outbox.c.envelope).where(outbox.c.envelope != "").order_by(outbox.c.sequence)
    return [
        envelope
        for envelope in map(json.loads, stored(app, written))
        if type in ("", envelope["type"])
    ]


def tables_that_hold(app: Flask, value: str) -> set[str]:
    """Those of whose rows one has it in its text."""
    tables = database_of(app).metadata.sorted_tables
    with app.app_context(), database_of(app).reading() as transaction:
        return {
            table.name
            for table in tables
            if value in repr(transaction.execute(table.select()).all())
        }


def somebody_waits(database: Database) -> bool:
    """For a lock, in this database of PostgreSQL; within its application's context."""
    waiting = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = "
        "'Lock'"
    )
    with database.engine.connect() as connection:
        return connection.scalar(text(waiting)) is not None
