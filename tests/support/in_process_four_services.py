"""The gateway and all four services in this process, without workers: `deliver` does once what they
would, and `deliver_events` all of it but the documents, which cost more than the rest together.
"""

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from flask import Flask

from deploy.service_names import SERVICES
from services.chassis.events.envelope import Envelope
from services.chassis.settings import Secret
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.relay import Relay
from tests.support.app_server import AppServer
from tests.support.in_process_portal import InProcessPortal, running
from tests.support.ports import free_ports
from tests.support.service_worker import database_of, deliver, run_follow_ups

HANDLERS: dict[str, Handlers] = {
    name: import_module(f"services.{name}.follow_ups").registry for name in SERVICES
}


class InProcessFourServices(InProcessPortal):
    """`bucket_url` is where accounts, documents and pieces keep their objects; `databases`: by
    service, where not on SQLite."""

    def __init__(
        self, folder: Path, bucket_url: str, databases: Mapping[str, str] | None = None
    ) -> None:
        self.databases = databases or {}
        self._delivering = threading.Lock()
        documents, pieces = free_ports(2)
        urls: dict[str, Any] = {
            f"{name}_url": f"http://127.0.0.1:{port}"
            for name, port in (("documents", documents), ("pieces", pieces))
        }
        store: dict[str, Any] = {"objects_url": Secret(bucket_url)}
        super().__init__(folder, of_accounts=lambda _: urls | store, **urls)
        own = store | {"registrations_url": self._registrations_url}
        self.documents = AppServer(self._migrated("documents", **own), documents)
        self.pieces = AppServer(self._migrated("pieces", **store), pieces)

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
            with (
                self._delivering
            ):  # what another thread has claimed would look as if it were delivered
                for name in with_follow_ups:
                    run_follow_ups(self.apps[name], HANDLERS[name])
                if not sum(map(self._deliver_events_of, HANDLERS)):
                    return

    def close(self) -> None:
        for server in (self.pieces, self.documents):
            server.stop()
        super().close()

    def _deliver_events_of(self, name: str) -> int:
        publisher = cast(Any, SimpleNamespace(publish=self._hand_over))
        with self.apps[name].app_context():
            return Relay(database_of(self.apps[name]), publisher, name).send_batch()

    def _hand_over(self, envelope: Envelope) -> None:
        for consumer, handlers in HANDLERS.items():
            if handlers.reactions(envelope.type):
                deliver(self.apps[consumer], handlers, envelope.to_json())


def running_four_services(
    folder: Path, bucket_url: str, databases: Mapping[str, str] | None = None
) -> AbstractContextManager[InProcessFourServices]:
    return running(lambda: InProcessFourServices(folder, bucket_url, databases))
