"""A service running in this process with real servers: its API, its worker, its reconciliation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from services.chassis import clock
from services.chassis.database.transactions import Database
from services.chassis.errors import Unavailable
from services.chassis.events import Envelope
from services.chassis.tasks import rows, tables
from services.chassis.tasks.registry import EVENTS, Channel, Handlers
from services.chassis.tasks.rows import DueChannels
from services.contracts.base import Contract
from services.objects import ObjectStore
from services.objects.reconciliation import Reconciliation, Report
from tests.support.failing_commits import TransactionBroken
from tests.support.service_worker import MANY, published, runner_of


def restoring_objects(store: ObjectStore) -> Callable[[], None]:
    """What puts the objects of a store back as they are now."""
    earlier = {key: store.read(key) for key in store.list_keys()}

    def restore() -> None:
        keys = set(store.list_keys())
        for key in keys - earlier.keys():
            store.delete(key)
        for key in earlier.keys() - keys:
            store.put(key, BytesIO(earlier[key]), len(earlier[key]), "application/octet-stream")

    return restore


class RunningService(ABC):
    """One service; `db` and `registry` are its own, `app` is over a database that is its alone.

    Built from the URL of its database, a folder, and the fixtures named in `needs`.
    """

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    jobs: ClassVar[tuple[Callable[[], None], ...]] = ()
    """Jobs that finish operations."""
    app: Flask
    store: ObjectStore | None = None
    reconciliation: ClassVar[staticmethod[[], Reconciliation]]
    db: ClassVar[Database]
    registry: ClassVar[Handlers]

    @abstractmethod
    def __init__(self, database_url: str, folder: Path, *needed: Any) -> None:
        """Start it over a migrated database."""

    def work_once(self) -> None:
        """Run one follow-up, as the worker does; one that fails is left for a later try."""
        with self.app.app_context(), suppress(TransactionBroken, SQLAlchemyError):
            self._run_one()

    def work(self) -> None:
        """Run all waiting follow-ups, then the jobs, as the worker does."""
        with self.app.app_context():
            self._end_leases()
            ran = 0
            while self._run_one():
                ran += 1
                assert ran < MANY, "a follow-up never ends"
            for run in self.jobs:
                run()

    def receive_event(self, event: Contract) -> None:
        """The broker delivers an event of another service, the same one each time."""
        envelope = Envelope("e" * 32, "/another", event.TYPE, "x", clock.system_now(), event.to_data())
        with self.app.app_context(), suppress(TransactionBroken, SQLAlchemyError):
            rows.hear(self.db, self.registry, [envelope.to_json()])
            self._run_one(EVENTS)

    def run_job(self, name: str) -> None:
        with self.app.app_context(), suppress(TransactionBroken, SQLAlchemyError, Unavailable):
            self.registry.jobs[name].run()

    def reconciled(self) -> Report | None:
        """What its own reconciliation says; None for a service that has none."""
        with self.app.app_context():
            return self.reconciliation().report() if hasattr(self, "reconciliation") else None

    def parked_count(self) -> int:
        with self.app.app_context(), self.db.reading() as session:
            return rows.parked(session)

    def published_events(self, *fields: str) -> list[tuple[Any, ...]]:
        """The events for other services, oldest first: the name of each and these fields of its data."""
        return [
            (envelope["type"].split(".")[1], *(envelope["data"].get(name) for name in fields))
            for envelope in published(self.app)
        ]

    def restoring(self) -> Callable[[], None]:
        """What puts everything outside the database back as it is now."""
        return restoring_objects(self.store) if self.store else lambda: None

    def disconnect(self) -> None:
        with self.app.app_context():
            self.db.engine.dispose()

    def close(self) -> None:
        self.disconnect()
        clock.set_offset(0)

    def _run_one(self, *channels: Channel) -> bool:
        """As a worker does: what has nothing due is not asked for a task."""
        runner = runner_of(self.app, self.registry)
        with self.app.app_context():
            due = DueChannels(self.db, {channel.name: names for channel, names in self.registry.channels.items()}).now()
        chosen = channels or self.registry.channels
        return any(runner.run_once(channel) for channel in chosen if channel.name in due)

    def _end_leases(self) -> None:
        """Release what a killed worker had leased, as happens some seconds later."""
        with self.db.operation() as session:
            session.execute(update(tables.tasks).values(leased_until=None, available_at=tables.tasks.c.created_at))
