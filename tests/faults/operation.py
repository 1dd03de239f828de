"""A row of the table of failure points: an operation, the questions that its state answers, and the
service that does it, running in this process with real servers: its API, its worker, its
reconciliation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ClassVar, Generic, TypeVar

from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from services import clock
from services.chassis.database.transactions import Database
from services.chassis.errors import Unavailable
from services.chassis.events import Envelope
from services.chassis.tasks import new_tasks, parked, tables
from services.chassis.tasks.leases import DueChannels
from services.chassis.tasks.registry import EVENTS, Channel, Handlers
from services.contracts.base import Contract
from services.objects import ObjectStore
from services.objects.reconciliation import Reconciliation, Report
from tests.support.failing_commits import FailurePoint, TransactionBroken
from tests.support.service_worker import MANY, database_of, published, runner_of

State = dict[str, Any]

DONE_BEFORE = -1
# Commits that many operations have.
COUNTED = "the try is counted"
CODE_SPENT = "the code is spent"
TAKEN = "the task is taken"
NOTED = "the note that it is done"


class RunningService:
    """One service; `registry` is its own, `app` is over a database that is its alone.

    Built from the URL of its database, which is migrated, a folder, and the fixtures named in
    `needs`.
    """

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    jobs: ClassVar[tuple[Callable[[], None], ...]] = ()
    """Jobs that finish operations."""
    app: Flask
    store: ObjectStore | None = None
    reconciliation: ClassVar[staticmethod[[], Reconciliation]]
    registry: ClassVar[Handlers]

    @property
    def db(self) -> Database:
        return database_of(self.app)

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
        envelope = Envelope(
            "e" * 32, "/another", event.TYPE, "x", clock.system_now(), event.to_data()
        )
        with self.app.app_context(), suppress(TransactionBroken, SQLAlchemyError):
            new_tasks.hear(self.db, self.registry, [envelope.to_json()])
            self._run_one(EVENTS)

    def run_job(self, name: str) -> None:
        with self.app.app_context(), suppress(TransactionBroken, SQLAlchemyError, Unavailable):
            self.registry.jobs[name].run()

    def reconciled(self) -> Report | None:
        """What its own reconciliation says; None for a service that has none."""
        with self.app.app_context():
            return self.reconciliation().report() if hasattr(self, "reconciliation") else None

    def parked_count(self) -> int:
        with self.app.app_context(), self.db.reading() as transaction:
            return parked.parked_count(transaction)

    def published_events(self, *fields: str) -> list[tuple[Any, ...]]:
        """The events for other services, oldest first: the name of each and these fields of its
        data."""
        return [
            (envelope["type"].split(".")[1], *(envelope["data"].get(name) for name in fields))
            for envelope in published(self.app)
        ]

    def restoring(self) -> Callable[[], None]:
        """What puts everything outside the database back as it is now."""
        if (store := self.store) is None:
            return lambda: None
        earlier = {key: store.read(key) for key in store.list_keys()}

        def restore() -> None:
            keys = set(store.list_keys())
            for key in keys - earlier.keys():
                store.delete(key)
            for key in earlier.keys() - keys:
                store.put(key, BytesIO(earlier[key]), len(earlier[key]), "application/octet-stream")

        return restore

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
            due = DueChannels(
                self.db, {channel.name: names for channel, names in self.registry.channels.items()}
            ).now()
        chosen = channels or self.registry.channels
        return any(runner.run_once(channel) for channel in chosen if channel.name in due)

    def _end_leases(self) -> None:
        """Release what a killed worker had leased, as happens some seconds later."""
        with self.db.operation() as transaction:
            transaction.execute(
                update(tables.tasks).values(
                    leased_until=None, available_at=tables.tasks.c.created_at
                )
            )


Service = TypeVar("Service", bound=RunningService)


class Operation(ABC, Generic[Service]):
    """`state()` answers the questions: each key is one, and its value must be as before or as
    `done`, all together. A class whose name begins with « _ » is no row, but what several have in
    common."""

    service: ClassVar[type[RunningService]]
    commits: ClassVar[tuple[str, ...]] = ("it",)
    """What each of its transactions commits, in their order."""
    decided_by: ClassVar[int] = 0
    """Index of the commit after which the worker completes the rest; DONE_BEFORE where an earlier
    operation decided."""
    acknowledged: ClassVar[tuple[int, ...]] = (200, 201, 202, 204)
    repeated: ClassVar[tuple[int, ...]] = acknowledged
    """What pressing again may answer when it was done already."""
    objects: ClassVar[int] = 0
    """How many objects it writes: no more than these may be left without a row where a commit's
    outcome is unknown."""
    done: ClassVar[State]

    def __init__(self, running: Service) -> None:
        self.running = running

    @abstractmethod
    def prepare(self) -> None:
        """Bring the service where the operation can be done; what is kept in `self` is not changed
        afterwards."""

    @abstractmethod
    def do(self) -> int | None:
        """Do it: the status of the answer; None where nobody waits for one."""

    def retry(self) -> int | None:
        """What a person does after an error."""
        return self.do()

    @abstractmethod
    def state(self) -> State:
        """What people see of it, by question."""


class Heard(Operation[Any]):
    """What an event of another service brings; told again by the broker it changes nothing."""

    commits: ClassVar[tuple[str, ...]] = (
        "the task is written",
        TAKEN,
        "the effect, and that it is done",
    )
    heard: ClassVar[Contract]

    def event(self) -> Contract:
        return self.heard

    def do(self) -> None:
        self.running.receive_event(self.event())


class DoneByTheWorker(Operation[Any]):
    """What the other class of an operation asks the worker for."""

    decided_by = DONE_BEFORE

    def prepare(self) -> None:
        super().prepare()  # type: ignore[safe-super]
        assert super().do() in (None, 202, 204)  # type: ignore[safe-super]

    def do(self) -> Any:
        self.running.work_once()


class DoneByAJob(Operation[Any]):
    """What a job does, which runs again where it failed."""

    job: ClassVar[str]

    def do(self) -> Any:
        self.running.run_job(self.job)


@dataclass(frozen=True)
class Cell:
    """An operation whose commit number `number` fails at `point`."""

    operation: type[Operation[Any]]
    number: int
    point: FailurePoint

    @property
    def there_afterwards(self) -> bool:
        """Whether the operation is wholly done once the worker has run; else nothing of it is."""
        if self.point is FailurePoint.NONE or self.number > self.operation.decided_by:
            return True
        return self.number == self.operation.decided_by and self.point.applied

    def __str__(self) -> str:
        several = len(self.operation.commits) > 1
        commit = f", {self.operation.commits[self.number]}" if several else ""
        return (
            f"{self.operation.service.name}: {self.operation.__name__}{commit} × {self.point.value}"
        )
