"""The whole portal, started once in each of its two modes, and candidates with a browser.

Its processes look for work all the time: they end with this folder's tests, not with the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from deploy.service_names import SERVICES
from tests.journeys.candidate import Candidate
from tests.journeys.deposit_page import DepositPage, deposit_page
from tests.journeys.personas import Persona
from tests.support import failure_screenshots
from tests.support.launched_portal import LaunchedPortal
from tests.support.missing_services import NotInstalled, skip_or_fail
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from tests.support.postgres import Postgres
    from tests.support.rabbitmq import RabbitMQServer
    from tests.support.smtp import Mailbox

    NewCandidate = Callable[[RunningPortal, Persona], Candidate]


@pytest.fixture(scope="package")
def alone() -> Iterator[LaunchedPortal]:
    """The portal with nothing but Python: SQLite, the one-machine queue, mails as files."""
    portal = LaunchedPortal("alone")
    yield portal
    portal.stop()


@pytest.fixture(scope="package")
def rabbitmq() -> Iterator[RabbitMQServer]:
    """A node of the journeys alone: it is stopped there."""
    from tests.support.shared_servers import started

    try:
        with started("rabbitmq") as node:
            yield node
    except NotInstalled as absence:
        skip_or_fail(absence)


@pytest.fixture(scope="package")
def servers(postgres: Postgres, rabbitmq: RabbitMQServer, _mail_server: Mailbox) -> Iterator[LaunchedPortal]:
    """The portal on PostgreSQL, RabbitMQ and SMTP."""
    databases = {f"{service.upper()}_DATABASE_URL": postgres.fresh_database() for service in SERVICES}
    urls = databases | {"BROKER_URL": rabbitmq.fresh_vhost(), "MAIL_URL": _mail_server.url}
    portal = LaunchedPortal("servers", urls, _mail_server)
    yield portal
    portal.stop()


@pytest.fixture(params=["alone", "servers"])
def portal(request: pytest.FixtureRequest) -> LaunchedPortal:
    """Each of the two in turn."""
    portal: LaunchedPortal = request.getfixturevalue(request.param)
    return portal


@pytest.fixture(autouse=True)
def _print_complaints(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print with a failed journey the errors that the portal's processes logged."""
    yield
    if failure_screenshots.has_failed(request.node):
        for name in {"alone", "servers"} & set(request.fixturenames) | set(_params(request)):
            running: LaunchedPortal = request.getfixturevalue(name)
            print(f"--- {name}\n{running.complaints()[-8000:]}")


def _params(request: pytest.FixtureRequest) -> list[str]:
    spec = getattr(request.node, "callspec", None)
    return [spec.params["portal"]] if spec and "portal" in spec.params else []


@pytest.fixture
def new_candidate(page: Page) -> NewCandidate:
    """`new_candidate(portal, persona)`: that persona at the portal, in a page of this test alone."""
    return lambda portal, persona: Candidate(page, portal, persona)


@pytest.fixture(scope="module")
def deposit(browser: Browser, alone: LaunchedPortal) -> Iterator[DepositPage]:
    with deposit_page(browser, alone) as there:
        yield there
