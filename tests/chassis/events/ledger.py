"""A tiny service for the tests of events: it notes each effect in its own database, where doubling
would show."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from flask import Flask
from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.chassis.database.transactions import Database
from services.chassis.events import Envelope, publish
from services.chassis.events.broker import bindings_of
from services.chassis.events.connection import connect
from services.chassis.roles.worker import Worker
from services.chassis.tasks import new_tasks, parked, registry
from services.chassis.tasks.new_tasks import follow_up
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.runner import Runner
from services.chassis.tasks.tables import EventTables
from services.contracts.base import Contract
from tests.chassis.tables import settings

RETRY_SECONDS = (0.2, 0.4)


class Noted(Contract, type="writer.noted.v1", consumers=("reader", "archive")):
    text: str


@dataclass
class Ledger:
    """A service named `name` with its database, reacting to Noted; `failures` is how often it fails
    first."""

    name: str
    database_url: str
    broker_url: str
    failures: int = 0
    entered: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.release.set()
        self.db = Database()
        self.events = EventTables(self.db)
        db = self.db

        class Entry(db.Model):  # type: ignore[name-defined]
            __tablename__ = "entries"
            sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
            text: Mapped[str] = mapped_column(String(100))

        self.Entry = Entry
        self.handlers = Handlers(self.name)
        self.handlers.on(Noted)(self.write_down)
        self.handlers.follow_up("tell")(self.tell)
        self.app = Flask(f"services.{self.name}")
        self.app.extensions["portail"] = settings(self.database_url, broker_url=self.broker_url)
        self.app.extensions[registry.HANDLERS] = self.handlers
        self.db.connect(self.app, self.database_url)
        with self.app.app_context():
            self.db.create_all()

    @classmethod
    def alone(cls, name: str, folder: Path, database_url: str = "", **options: Any) -> Self:
        """On a queue of its own in the folder, where its database is too unless told otherwise."""
        broker_url = f"sqlite:///{folder}/broker.db"
        declare(broker_url)
        return cls(name, database_url or f"sqlite:///{folder}/{name}.db", broker_url, **options)

    def write_down(self, transaction: Session, event: Noted, envelope: Envelope) -> None:
        self._fail_first()
        transaction.add(self.Entry(text=event.text))

    def tell(self, data: dict[str, Any], envelope: Envelope) -> None:
        self._fail_first()
        with self.db.operation() as transaction:
            transaction.add(self.Entry(text=f"told {data['text']}"))

    def count(self) -> None:
        self._fail_first()
        with self.db.operation() as transaction:
            transaction.add(self.Entry(text="counted"))

    def entries(self) -> list[str]:
        return self.read(select(self.Entry.text).order_by(self.Entry.sequence))

    def read(self, query: Select[Any]) -> list[Any]:
        with self.app.app_context(), self.db.reading() as transaction:
            return list(transaction.scalars(query))

    def parked(self) -> list[int]:
        """The ids of what is in the operators' list."""
        with self.app.app_context(), self.db.reading() as transaction:
            return [task.sequence for task in parked.parked_tasks(transaction)]

    def note(self, *texts: str) -> None:
        for text in texts:
            with self.writing() as transaction:
                publish(transaction, Noted(text), subject="somebody")

    def ask_to_tell(self, text: str) -> None:
        with self.writing() as transaction:
            follow_up(transaction, "tell", {"text": text}, subject="somebody")

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.app.app_context(), self.db.operation() as transaction:
            yield transaction

    def runner(self, *retry_seconds: float, tries: int = 1) -> Runner:
        """To be used in the application's context."""
        return Runner(self.app, self.handlers, retry_seconds, tries)

    def hear(self, *bodies: bytes) -> None:
        """As the consumer does with what the broker delivers."""
        with self.app.app_context():
            new_tasks.hear(self.db, self.handlers, bodies)

    @contextmanager
    def working(
        self, number: int = 1, retry_seconds: tuple[float, ...] = RETRY_SECONDS
    ) -> Iterator[list[Worker]]:
        """Workers of this service, in threads of this process."""
        tries = len(retry_seconds) + 1
        workers = [Worker(self.app, self.handlers, retry_seconds, tries) for _ in range(number)]
        for worker in workers:
            worker.start()
        try:
            yield workers
        finally:
            for worker in workers:
                worker.stop.set()
            for worker in workers:
                worker.join()

    def _fail_first(self) -> None:
        self.entered.set()
        assert self.release.wait(120)
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("not this time")


MakeLedger = Callable[..., Ledger]


def declare(broker_url: str) -> None:
    connect(broker_url).declare(bindings_of((Noted,)))


GOOD = Envelope(
    "a1",
    "/writer",
    Noted.TYPE,
    "somebody",
    datetime(2021, 10, 4, tzinfo=UTC),
    {"text": "hello"},
    "click",
)
