"""accounts, registrations and the gateway in this process: real services on SQLite behind real ports, in the
guide's month. documents and pieces are not there: what works without them is seen as well. `four_services.py` has all.

The whole portal with its workers is `deploy.local`, which the journeys use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask

from deploy.service_names import CLIENTS
from gateway.app import create_app as create_gateway
from gateway.settings import GatewaySettings
from services.accounts.app import create_app as create_accounts
from services.accounts.follow_ups import registry as accounts_follow_ups
from services.accounts.settings import AccountsSettings, ClientSecrets
from services.chassis import clock
from services.chassis.process.command_line import migrate
from services.chassis.settings import Secret
from services.registrations.app import create_app as create_registrations
from services.registrations.settings import RegistrationsSettings
from tests.accounts import running_accounts
from tests.registrations.service.candidate_client import NOW, with_catalogue
from tests.support.app_server import AppServer
from tests.support.ports import free_ports
from tests.support.service_worker import run_follow_ups
from tests.support.time_limits import PAGE_SECONDS

UNREACHABLE_URL = "http://127.0.0.1:9"
SECRETS = {name: f"the secret of {name}" for name in CLIENTS}


class InProcessPortal:
    """`url` is where browsers go. The portal's time is that of the guide's month; `advance_clock` moves it on."""

    def __init__(self, folder: Path, **gateway_settings: Any) -> None:
        self.folder = folder
        gateway, accounts, registrations = free_ports(3)
        self.url = f"http://127.0.0.1:{gateway}"
        self._accounts_url, self._registrations_url = (f"http://127.0.0.1:{n}" for n in (accounts, registrations))
        self._offset = NOW - clock.system_now()
        offset = self._offset.total_seconds()
        self.accounts = AppServer(self._migrated(create_accounts(self._accounts_settings(offset))), accounts)
        registrations_app = self._migrated(create_registrations(self._registrations_settings()))
        with_catalogue(registrations_app)
        self.registrations = AppServer(registrations_app, registrations)
        self.gateway = AppServer(create_gateway(self.gateway_settings(offset, **gateway_settings)), gateway)

    def advance_clock(self, **time: float) -> None:
        """Move the portal's time on; sessions, which go by the system's clock, do not notice."""
        self._offset += timedelta(**time)
        self.set_clock()

    def set_clock(self) -> None:
        """Give this process the portal's time, which another portal of the process may have changed."""
        clock.set_offset(self._offset.total_seconds())

    def deliver_events(self) -> None:
        """Have accounts send the mails that wait."""
        run_follow_ups(self.accounts.app, accounts_follow_ups)

    def close(self) -> None:
        for server in (self.gateway, self.registrations, self.accounts):
            server.stop()

    def gateway_settings(self, offset: float, **changes: Any) -> GatewaySettings:
        given: dict[str, Any] = {
            "env": "test",
            "log_level": "WARNING",
            "portail_offset": offset,
            "public_url": self.url,
            "page_seconds": PAGE_SECONDS,
            "accounts_url": self._accounts_url,
            "registrations_url": self._registrations_url,
            "documents_url": UNREACHABLE_URL,
            "pieces_url": UNREACHABLE_URL,
            "client_secret": Secret(SECRETS["gateway"]),
            "seal_key": Secret(Fernet.generate_key().decode()),
            "mail_folder": str(self.mail_folder),
        }
        return GatewaySettings(**given | changes)

    @property
    def mail_folder(self) -> Path:
        return self.folder / "mail"

    def _accounts_settings(self, offset: float) -> AccountsSettings:
        return running_accounts.settings(
            f"sqlite:///{self.folder / 'accounts.db'}",
            self.folder,
            portail_offset=offset,
            public_url=self.url,
            page_seconds=PAGE_SECONDS,
            accounts_url=self._accounts_url,
            registrations_url=self._registrations_url,
            mail_url=f"file://{self.mail_folder}",
            client_secret=Secret(SECRETS["accounts"]),
            client_secrets=ClientSecrets(json.dumps(SECRETS)),
        )

    def _registrations_settings(self) -> RegistrationsSettings:
        mail_url = f"file://{self.mail_folder}"
        return RegistrationsSettings(**self._shared("registrations"), public_url=self.url, mail_url=mail_url)

    def _shared(self, name: str) -> dict[str, Any]:
        """The settings that every service but accounts has."""
        return {
            "env": "test",
            "log_level": "WARNING",
            "portail_offset": clock.offset().total_seconds(),
            "database_url": f"sqlite:///{self.folder / name}.db",
            "broker_url": f"sqlite:///{self.folder / 'broker.db'}",
            "accounts_url": self._accounts_url,
            "page_seconds": PAGE_SECONDS,
            "client_id": name,
            "client_secret": Secret(SECRETS[name]),
        }

    @staticmethod
    def _migrated(app: Flask) -> Flask:
        migrate(app)
        return app


@contextmanager
def running_portal(folder: Path, **gateway_settings: Any) -> Iterator[InProcessPortal]:
    """The portal in the guide's month. Afterwards the clock is put back: another portal may use it."""
    before = clock.offset().total_seconds()
    running = InProcessPortal(folder, **gateway_settings)
    try:
        yield running
    finally:
        running.close()
        clock.set_offset(before)


@contextmanager
def service_stopped(server: AppServer) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()
