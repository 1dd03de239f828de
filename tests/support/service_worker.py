"""What a service's worker does, done at once by a test: an event reaches its handlers, its follow-ups are run."""

from __future__ import annotations

from flask import Flask

from services.chassis import clock
from services.chassis.database.transactions import Database, new_id
from services.chassis.events import outbox
from services.chassis.events.envelope import Envelope
from services.chassis.events.follow_ups import FollowUps
from services.chassis.events.inbox import Dispatcher
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.tables import TO_SELF
from services.contracts.base import Contract

WORKER = "the test's worker"


def deliver_event(app: Flask, handlers: Handlers, event: Contract, event_id: str | None = None) -> None:
    """The event of another service is handled; the same `event_id` again is the same event delivered again.

    Raises what a reaction raises.
    """
    envelope = Envelope(event_id or new_id(), "/another", event.TYPE, "x", clock.portal_now(), event.to_data())
    with app.app_context():
        Dispatcher(database_of(app), handlers, (0.0,)).dispatch(envelope.to_json(), 1)


def run_follow_ups(app: Flask, handlers: Handlers) -> list[str]:
    """Each follow-up that waits is tried once, those that they ask for too; returns the names of the errors of those
    that have to be tried again."""
    failures: dict[int, str] = {}
    with app.app_context():
        db = database_of(app)
        follow_ups = FollowUps(db, handlers, (0.0,), owner=WORKER)
        while rows := outbox.take(db, TO_SELF, limit=100, owner=WORKER):
            for row in rows:
                try:
                    follow_ups.run(row.envelope, row.attempts, row.sequence)
                except Exception as error:
                    failures[row.sequence] = type(error).__name__
        with db.operation() as session:
            outbox.give_back(session, list(failures), WORKER, delay=0.0)
    return list(failures.values())


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["sqlalchemy"]
    return database
