"""The service on each of both databases, migrated once and copied for each test, in the guide's month."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from services.chassis import clock
from services.chassis.process.command_line import migrate
from services.chassis.settings import Secret
from services.mail.mailer import MAILER, Mailer
from services.registrations.app import create_app
from services.registrations.models import db
from services.registrations.settings import RegistrationsSettings
from tests.registrations.service.candidate_client import NOW, CandidateClient, anne, pierre, with_catalogue
from tests.support import tokens
from tests.support.declared_problems import only_declared_problems  # noqa: F401 - a fixture
from tests.support.prepared_databases import prepared_url
from tests.support.smtp import Mailbox


def settings(database_url: str, folder: Path) -> RegistrationsSettings:
    return RegistrationsSettings(
        env="test",
        log_level="WARNING",
        database_url=database_url,
        broker_url=f"sqlite:///{folder / 'broker.db'}",
        accounts_url="http://127.0.0.1:9",
        client_id="registrations",
        client_secret=Secret("not a secret"),
        mail_url=f"file://{folder / 'mail'}",
        public_url="http://portail.example",
        portail_offset=(NOW - clock.system_now()).total_seconds(),
    )


def _prepare(database_url: str, folder: Path) -> None:
    app = create_app(settings(database_url, folder), tokens.key_of)
    migrate(app)
    with_catalogue(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def loaded_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that holds the guide's catalogue."""
    return prepared_url(engine, "registrations_guide", lambda url: _prepare(url, tmp_path), request)


@pytest.fixture
def app(loaded_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings(loaded_url, tmp_path), tokens.key_of)
    yield app
    with app.app_context():
        db.engine.dispose()
    clock.set_offset(0)


@pytest.fixture
def sending(app: Flask, mailbox: Mailbox) -> Flask:
    """The service, whose mails go to the run's mail server."""
    app.extensions[MAILER] = Mailer(mailbox.url, "portail@exemple.fr")
    return app


@pytest.fixture
def candidate(app: Flask) -> CandidateClient:
    return pierre(app)


@pytest.fixture
def other(app: Flask) -> CandidateClient:
    return anne(app)
