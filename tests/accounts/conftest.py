"""accounts on a database migrated once and copied for each test, with a real mail server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.accounts.app import create_app
from services.accounts.models import db
from services.chassis import clock
from services.chassis.process.command_line import migrate
from tests.accounts.fake_registrations import FakeRegistrations, run_fake_registrations
from tests.accounts.running_accounts import Login, RunningAccounts, settings
from tests.accounts.staff_in_session import EMAIL, Session, command_result, logged_in
from tests.support.declared_problems import only_declared_problems  # noqa: F401 - a fixture
from tests.support.prepared_databases import prepared_url
from tests.support.smtp import Mailbox

UNREACHABLE = "http://127.0.0.1:9"
GUIDE_INSTANT = datetime(2021, 10, 4, 12, 8, tzinfo=UTC)


def _prepare(database_url: str, folder: Path) -> None:
    app = create_app(
        settings(database_url, folder, registrations_url=UNREACHABLE, mail_url=f"file://{folder / 'mail'}")
    )
    migrate(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def migrated_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return prepared_url(engine, "accounts_empty", lambda url: _prepare(url, tmp_path), request)


@pytest.fixture(scope="session")
def _registrations() -> Iterator[FakeRegistrations]:
    with run_fake_registrations() as running:
        yield running


@pytest.fixture
def registrations(_registrations: FakeRegistrations) -> FakeRegistrations:
    """The stand-in for registrations, without any candidature."""
    _registrations.clear()
    return _registrations


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """Of accounts, where a module has its own."""
    return {}


@pytest.fixture
def accounts(
    migrated_url: str, tmp_path: Path, mailbox: Mailbox, registrations: FakeRegistrations, more_settings: dict[str, Any]
) -> Iterator[RunningAccounts]:
    """The service on a day of the guide's month."""
    clock.set_offset((GUIDE_INSTANT - clock.system_now()).total_seconds())
    servers = {"registrations_url": registrations.url, "mail_url": mailbox.url}
    test_settings = settings(migrated_url, tmp_path, **servers, **more_settings)
    running = RunningAccounts(create_app(test_settings), mailbox, registrations)
    clock.set_offset((GUIDE_INSTANT - clock.system_now()).total_seconds())
    yield running
    with running.app.app_context():
        db.engine.dispose()
    clock.set_offset(0)


@pytest.fixture
def login(accounts: RunningAccounts) -> Login:
    """The session of a new candidate."""
    return accounts.log_in_new_candidate()


@pytest.fixture
def administrator(accounts: RunningAccounts) -> str:
    """The access token of an administrator's tool."""
    person = ["--email", "admin@x.fr", "--nom", "Roux", "--prenoms", "Anne"]
    command_result(accounts, "create-staff", "--role", "administrateur", *person)
    token = command_result(accounts, "create-token", "--email", "admin@x.fr", "--scopes", "candidates:correct")["token"]
    return str((accounts.post("/tools/exchange", token=token).json or {})["access_token"])


@pytest.fixture
def member(accounts: RunningAccounts) -> Session:
    """A gestionnaire of Besançon in a session."""
    return logged_in(accounts, EMAIL, "gestionnaire", "03")
