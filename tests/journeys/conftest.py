"""The portal whole, started once a run in each of its two modes, and people who come to it with a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.candidate import Candidate
from tests.journeys.deposit_page import DepositPage, deposit_page
from tests.journeys.personas import Persona
from tests.support import failure_screenshots
from tests.support.launched_portal import LaunchedPortal
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from tests.support.postgres import Postgres
    from tests.support.rabbitmq import RabbitMQ
    from tests.support.smtp import Mailbox

    NewCandidate = Callable[[RunningPortal, Persona], Candidate]

SERVICES = ("accounts", "registrations", "documents", "pieces")


@pytest.fixture(scope="session")
def alone() -> Iterator[LaunchedPortal]:
    """The portal with nothing but Python: SQLite, the one-machine queue, mails as files."""
    portal = LaunchedPortal("alone")
    yield portal
    portal.stop()


@pytest.fixture(scope="session")
def servers(postgres: Postgres, rabbitmq: RabbitMQ, _mail_server: Mailbox) -> Iterator[LaunchedPortal]:
    """The portal on PostgreSQL, RabbitMQ and SMTP."""
    databases = {f"{service.upper()}_DATABASE_URL": postgres.fresh_database() for service in SERVICES}
    real = databases | {"BROKER_URL": rabbitmq.fresh_vhost(), "MAIL_URL": _mail_server.url}
    portal = LaunchedPortal("servers", real, _mail_server)
    yield portal
    portal.stop()


@pytest.fixture(params=["alone", "servers"])
def portal(request: pytest.FixtureRequest) -> LaunchedPortal:
    """Each of the two in turn."""
    found: LaunchedPortal = request.getfixturevalue(request.param)
    return found


@pytest.fixture(autouse=True)
def _told(request: pytest.FixtureRequest) -> Iterator[None]:
    """Show beside a failed journey what the portal's processes complained of."""
    yield
    if failure_screenshots.has_failed(request.node):
        for name in {"alone", "servers"} & set(request.fixturenames) | set(_params(request)):
            running: LaunchedPortal = request.getfixturevalue(name)
            print(f"--- {name}\n{running.complaints()[-8000:]}")


def _params(request: pytest.FixtureRequest) -> list[str]:
    spec = getattr(request.node, "callspec", None)
    return [spec.params["portal"]] if spec and "portal" in spec.params else []


@pytest.fixture
def comes(page: Page) -> NewCandidate:
    """`comes(portal, person)`: that person at the portal, with a browser of this test alone."""
    return lambda portal, person: Candidate(page, portal, person)


@pytest.fixture(scope="module")
def deposit(browser: Browser, alone: LaunchedPortal) -> Iterator[DepositPage]:
    with deposit_page(browser, alone) as there:
        yield there
