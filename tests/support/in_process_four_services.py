"""The gateway and all four services in this process, without workers: `deliver` does once what they would, and
`deliver_events` all of it but the documents, which cost more than the rest together.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from services.accounts.follow_ups import registry as accounts_handlers
from services.chassis import clock
from services.chassis.events import outbox
from services.chassis.events.envelope import Envelope
from services.chassis.events.inbox import Dispatcher
from services.chassis.settings import Secret
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.tables import TO_BROKER
from services.documents.app import create_app as create_documents
from services.documents.follow_ups import registry as documents_handlers
from services.documents.settings import DocumentsSettings
from services.pieces.app import create_app as create_pieces
from services.pieces.follow_ups import registry as pieces_handlers
from services.pieces.settings import PiecesSettings
from services.registrations.follow_ups import registry as registrations_handlers
from tests.support.app_server import AppServer
from tests.support.in_process_portal import InProcessPortal
from tests.support.ports import free_ports
from tests.support.service_worker import WORKER, database_of, run_follow_ups

HANDLERS: dict[str, Handlers] = {
    "accounts": accounts_handlers,
    "registrations": registrations_handlers,
    "documents": documents_handlers,
    "pieces": pieces_handlers,
}


class InProcessFourServices(InProcessPortal):
    """`bucket_url` is where documents and pieces keep their objects."""

    def __init__(self, folder: Path, bucket_url: str) -> None:
        documents, pieces = free_ports(2)
        urls = {
            f"{name}_url": f"http://127.0.0.1:{port}" for name, port in (("documents", documents), ("pieces", pieces))
        }
        super().__init__(folder, **urls)
        objects_url = Secret(bucket_url)
        documents_settings = DocumentsSettings(
            **self._shared("documents"), objects_url=objects_url, registrations_url=self._registrations_url
        )
        pieces_settings = PiecesSettings(**self._shared("pieces"), objects_url=objects_url, antivirus_url="none")
        self.documents = AppServer(self._migrated(create_documents(documents_settings)), documents)
        self.pieces = AppServer(self._migrated(create_pieces(pieces_settings)), pieces)

    @property
    def apps(self) -> dict[str, Flask]:
        return {name: getattr(self, name).app for name in HANDLERS}

    def deliver(self) -> None:
        """Every event reaches who consumes it and every follow-up is done, until nothing waits."""
        self._deliver(set(HANDLERS))

    def deliver_events(self) -> None:
        """The same, but the follow-ups of documents wait for the next `deliver`."""
        self._deliver(set(HANDLERS) - {"documents"})

    def _deliver(self, with_follow_ups: set[str]) -> None:
        while True:
            for name in with_follow_ups:
                run_follow_ups(self.apps[name], HANDLERS[name])
            if not sum(map(self._deliver_events_of, HANDLERS)):
                return

    def close(self) -> None:
        for server in (self.pieces, self.documents):
            server.stop()
        super().close()

    def _deliver_events_of(self, name: str) -> int:
        with self.apps[name].app_context():
            db = database_of(self.apps[name])
            rows = outbox.take(db, TO_BROKER, limit=100, owner=WORKER)
        for row, consumer in itertools.product(rows, HANDLERS):
            if HANDLERS[consumer].reactions(Envelope.from_json(row.envelope).type):
                with self.apps[consumer].app_context():
                    consumers_db = database_of(self.apps[consumer])
                    Dispatcher(consumers_db, HANDLERS[consumer], (60.0,)).dispatch(row.envelope.encode(), 1)
        with self.apps[name].app_context(), db.operation() as session:
            outbox.done(session, [row.sequence for row in rows], WORKER)
        return len(rows)


@contextmanager
def running_four_services(folder: Path, bucket_url: str) -> Iterator[InProcessFourServices]:
    """The portal in the guide's month. Afterwards the clock is put back: another portal may use it."""
    before = clock.offset().total_seconds()
    running = InProcessFourServices(folder, bucket_url)
    try:
        yield running
    finally:
        running.close()
        clock.set_offset(before)
