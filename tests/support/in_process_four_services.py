"""The gateway and all four services in this process, without workers: `deliver` does once what they would, and
`deliver_events` all of it but the documents, which cost more than the rest together.
"""

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flask import Flask

from services.accounts.follow_ups import registry as accounts_handlers
from services.chassis.events.envelope import Envelope
from services.chassis.events.outbox import Relay
from services.chassis.settings import Secret
from services.chassis.tasks.registry import Handlers
from services.documents.app import create_app as create_documents
from services.documents.follow_ups import registry as documents_handlers
from services.pieces.app import create_app as create_pieces
from services.pieces.follow_ups import registry as pieces_handlers
from services.registrations.follow_ups import registry as registrations_handlers
from tests.support.app_server import AppServer
from tests.support.in_process_portal import InProcessPortal, running
from tests.support.ports import free_ports
from tests.support.service_worker import database_of, deliver, run_follow_ups

HANDLERS: dict[str, Handlers] = {
    "accounts": accounts_handlers,
    "registrations": registrations_handlers,
    "documents": documents_handlers,
    "pieces": pieces_handlers,
}


@dataclass
class Deliveries:
    """A publisher whose events are handled at once."""

    apps: dict[str, Flask]

    def publish(self, envelope: Envelope) -> None:
        for consumer, handlers in HANDLERS.items():
            if handlers.reactions(envelope.type):
                deliver(self.apps[consumer], handlers, envelope.to_json())


class InProcessFourServices(InProcessPortal):
    """`bucket_url` is where accounts, documents and pieces keep their objects; `databases`: by service, where not on
    SQLite."""

    def __init__(self, folder: Path, bucket_url: str, databases: Mapping[str, str] | None = None) -> None:
        self.databases = databases or {}
        self._delivering = threading.Lock()
        documents, pieces = free_ports(2)
        urls: dict[str, Any] = {
            f"{name}_url": f"http://127.0.0.1:{port}" for name, port in (("documents", documents), ("pieces", pieces))
        }
        objects_url = Secret(bucket_url)
        super().__init__(folder, of_accounts=lambda _: {**urls, "objects_url": objects_url}, **urls)
        documents_app = self._migrated(
            "documents", create_documents, objects_url=objects_url, registrations_url=self._registrations_url
        )
        self.documents = AppServer(documents_app, documents)
        self.pieces = AppServer(self._migrated("pieces", create_pieces, objects_url=objects_url), pieces)

    def database_url(self, name: str) -> str:
        return self.databases.get(name) or super().database_url(name)

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
            with self._delivering:  # what another thread has claimed would look as if it were delivered
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
            return Relay(database_of(self.apps[name]), cast(Any, Deliveries(self.apps)), name).send_batch()


def running_four_services(
    folder: Path, bucket_url: str, databases: Mapping[str, str] | None = None
) -> AbstractContextManager[InProcessFourServices]:
    return running(lambda: InProcessFourServices(folder, bucket_url, databases))
