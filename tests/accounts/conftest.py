"""accounts on a database migrated once and copied for each test, with a real mail server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services import clock
from services.accounts.app import create_app
from services.accounts.models import db
from services.chassis.roles.command_line import migrate
from tests.accounts.fake_registrations import FakeRegistrations, run_fake_registrations
from tests.accounts.running_accounts import Login, RunningAccounts, Start, settings
from tests.accounts.staff_in_session import CHIEF, EMAIL, Session, logged_in
from tests.support.declared_problems import only_declared_problems  # noqa: F401 - a fixture
from tests.support.prepared_databases import prepared_url
from tests.support.smtp import Mailbox

GUIDE_INSTANT = datetime(2021, 10, 4, 12, 8, tzinfo=UTC)


@pytest.fixture
def migrated_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    def prepare(url: str) -> None:
        app = create_app(settings(url, tmp_path))
        migrate(app)
        with app.app_context():
            db.engine.dispose()

    return prepared_url(engine, "accounts_empty", prepare, request)


@pytest.fixture(scope="session")
def registrations() -> Iterator[FakeRegistrations]:
    with run_fake_registrations() as running:
        yield running


@pytest.fixture
def start(
    migrated_url: str, tmp_path: Path, mailbox: Mailbox, registrations: FakeRegistrations
) -> Iterator[Start]:
    """Starts the service on the same database as often as it is called, each time with these
    settings; at first nobody has a candidature."""
    registrations.clear()
    started: list[RunningAccounts] = []

    def start(**changes: Any) -> RunningAccounts:
        servers = {"registrations_url": registrations.url, "mail_url": mailbox.url}
        app = create_app(settings(migrated_url, tmp_path, **servers, **changes))
        started.append(RunningAccounts(app, mailbox, registrations))
        return started[-1]

    yield start
    for running in started:
        with running.app.app_context():
            db.engine.dispose()


@pytest.fixture
def accounts(start: Start) -> Iterator[RunningAccounts]:
    """The service on a day of the guide's month."""
    running = start()
    clock.set_offset((GUIDE_INSTANT - clock.system_now()).total_seconds())
    yield running
    clock.set_offset(0)


@pytest.fixture
def login(accounts: RunningAccounts) -> Login:
    """The session of a new candidate."""
    return accounts.log_in_new_candidate()


@pytest.fixture
def chief(accounts: RunningAccounts) -> Session:
    """An administrateur in a session."""
    return logged_in(accounts, CHIEF)


@pytest.fixture
def member(accounts: RunningAccounts) -> Session:
    """A gestionnaire of Besançon in a session."""
    return logged_in(accounts, EMAIL, "gestionnaire", "03")
