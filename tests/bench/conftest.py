"""The portal in each of its modes, as its operators run it: with its own time limits, which tests
elsewhere widen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from deploy.service_names import SERVICES
from services.chassis.settings import Settings
from tests.bench.installation import ON_SERVERS, ONE_MACHINE, Installation
from tests.bench.least_cost import Floor, measured
from tests.support.launched_portal import LaunchedPortal
from tests.support.nginx_proxy import Proxy
from tests.support.ports import free_port, is_listening
from tests.support.processes import Daemon, PrivateFolder

if TYPE_CHECKING:
    from tests.support.postgres import PostgresServer
    from tests.support.rabbitmq import RabbitMQServer

AS_SHIPPED = {"PAGE_SECONDS": str(Settings.page_seconds)}


@pytest.fixture(scope="session")
def floor() -> Floor:
    return measured()


@pytest.fixture(scope="session")
def one_machine() -> Iterator[Installation]:
    portal = LaunchedPortal("bench", AS_SHIPPED)
    yield Installation(ONE_MACHINE, portal, portal.var / "mail", {})
    portal.stop()


@pytest.fixture(scope="session")
def on_servers(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> Iterator[Installation]:
    mails = PrivateFolder("bench-mails")
    port = free_port()
    maildir = mails.path / "mails"
    handler = ("-c", "aiosmtpd.handlers.Mailbox", str(maildir))
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", *handler]
    smtp = Daemon("aiosmtpd", command, mails, {"PATH": "/usr/bin:/bin"})
    smtp.start(lambda: is_listening(port))
    databases = {
        f"{service.upper()}_DATABASE_URL": postgres.fresh_database() for service in SERVICES
    }
    real = databases | {
        "BROKER_URL": rabbitmq.fresh_vhost(),
        "MAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    behind_proxy = {"BEHIND_PROXY": "1", "TRUSTED_PROXIES": "1"}
    portal = LaunchedPortal("bench-servers", AS_SHIPPED | real | behind_proxy)
    proxy = Proxy(urlsplit(portal.url).port or 80)
    proxy.dns.addresses = ["127.0.0.1"]
    servers = {"PostgreSQL": postgres.pid, "RabbitMQ": rabbitmq.pid}
    yield Installation(ON_SERVERS, portal, maildir / "new", servers, proxy.url)
    proxy.close()
    portal.stop()
    smtp.stop()


@pytest.fixture(params=["one_machine", "on_servers"])
def installation(request: pytest.FixtureRequest) -> Installation:
    chosen: Installation = request.getfixturevalue(request.param)
    return chosen
