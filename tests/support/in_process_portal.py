"""accounts, registrations and the gateway in this process: real services on SQLite behind real
ports, in the guide's month. documents and pieces are not there: what works without them is seen as
well. `in_process_four_services.py` has all.

The whole portal with its workers is `deploy.local`, which the journeys use.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask

from deploy.service_names import CLIENTS
from gateway.app import create_app as create_gateway
from gateway.settings import GatewaySettings
from services import clock
from services.accounts.follow_ups import registry as accounts_follow_ups
from services.accounts.settings import ClientSecrets
from services.chassis.roles.command_line import migrate
from tests.registrations.service.candidate_client import NOW, with_catalogue
from tests.support.app_server import AppServer
from tests.support.ports import free_ports
from tests.support.process_settings import gateway_settings, service_settings
from tests.support.service_worker import run_follow_ups
from tests.support.time_limits import PAGE_SECONDS

Portal = TypeVar("Portal", bound="InProcessPortal")
SECRETS = {name: f"the secret of {name}" for name in CLIENTS}


class InProcessPortal:
    """`url` is where browsers go. The portal's time is that of the guide's month; `advance_clock`
    moves it on."""

    def __init__(
        self,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        of_accounts: Callable[[str], dict[str, Any]] = lambda url: {},
        **of_gateway: Any,
    ) -> None:
        """`host`: as browsers name it; `of_accounts`: its further settings, given where they go."""
        self.folder = folder
        gateway, accounts, registrations = free_ports(3)
        self.url = f"http://{host}:{gateway}"
        self._accounts_url, self._registrations_url = (
            f"http://127.0.0.1:{n}" for n in (accounts, registrations)
        )
        self._offset = self._first_offset = NOW - clock.system_now()
        own = {
            "registrations_url": self._registrations_url,
            "client_secrets": ClientSecrets(json.dumps(SECRETS)),
        }
        self.accounts = AppServer(
            self._migrated("accounts", **own, **of_accounts(self.url)), accounts
        )
        registrations_app = self._migrated("registrations")
        with_catalogue(registrations_app)
        self.registrations = AppServer(registrations_app, registrations)
        settings = self.gateway_settings(self._offset.total_seconds(), **of_gateway)
        self.gateway = AppServer(create_gateway(settings), gateway)

    def advance_clock(self, **time: float) -> None:
        """Move the portal's time on; sessions, which go by the system's clock, do not notice."""
        self._offset += timedelta(**time)
        self.set_clock()

    def turn_clock_back(self) -> None:
        """Undo what `advance_clock` did."""
        self._offset = self._first_offset
        self.set_clock()

    def set_clock(self) -> None:
        """Give this process the portal's time, which another portal of the process may have
        changed."""
        clock.set_offset(self._offset.total_seconds())

    def deliver_events(self) -> None:
        run_follow_ups(self.accounts.app, accounts_follow_ups)

    def close(self) -> None:
        for server in (self.gateway, self.registrations, self.accounts):
            server.stop()

    def gateway_settings(self, offset: float, **changes: Any) -> GatewaySettings:
        own = {"registrations_url": self._registrations_url, "portail_offset": offset}
        return gateway_settings(self.folder, **{**self._shared(), **own, **changes})

    @property
    def mail_folder(self) -> Path:
        return self.folder / "mail"

    def _migrated(self, name: str, **changes: Any) -> Flask:
        settings = service_settings(
            name, self.database_url(name), self.folder, **self._shared(), **changes
        )
        app: Flask = import_module(f"services.{name}.app").create_app(settings)
        migrate(app)
        return app

    def database_url(self, name: str) -> str:
        """Of a service."""
        return f"sqlite:///{self.folder / name}.db"

    def _shared(self) -> dict[str, Any]:
        return {
            "log_level": "WARNING",
            "portail_offset": self._offset.total_seconds(),
            "public_url": self.url,
            "page_seconds": PAGE_SECONDS,
            "accounts_url": self._accounts_url,
        }


def running_portal(folder: Path, **of_gateway: Any) -> AbstractContextManager[InProcessPortal]:
    return running(lambda: InProcessPortal(folder, **of_gateway))


@contextmanager
def running(start: Callable[[], Portal]) -> Iterator[Portal]:
    """The portal in the guide's month. Afterwards the clock is put back: another portal may use
    it."""
    before = clock.offset().total_seconds()
    portal = start()
    try:
        yield portal
    finally:
        portal.close()
        clock.set_offset(before)


@contextmanager
def service_stopped(server: AppServer) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()
