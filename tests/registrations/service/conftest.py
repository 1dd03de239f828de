"""The service on each of both databases, migrated once and copied for each test, in the guide's
month."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services import clock
from services.chassis.roles.command_line import migrate
from services.mail.mailer import MAILER, Mailer
from services.registrations.app import create_app
from services.registrations.models import db
from tests.registrations.service.candidate_client import (
    NOW,
    CandidateClient,
    pierre,
    with_catalogue,
)
from tests.support import tokens
from tests.support.declared_problems import only_declared_problems  # noqa: F401 - a fixture
from tests.support.prepared_databases import prepared_url
from tests.support.process_settings import service_settings
from tests.support.smtp import Mailbox


def settings(database_url: str, folder: Path) -> Any:
    given = {"log_level": "WARNING", "public_url": "http://portail.example"}
    offset = (NOW - clock.system_now()).total_seconds()
    return service_settings("registrations", database_url, folder, portail_offset=offset, **given)


def _prepare(database_url: str, folder: Path) -> None:
    app = create_app(settings(database_url, folder), tokens.key_of)
    migrate(app)
    with_catalogue(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The service, whose database holds the guide's catalogue."""
    url = prepared_url(engine, "registrations_guide", lambda url: _prepare(url, tmp_path), request)
    app = create_app(settings(url, tmp_path), tokens.key_of)
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
def saved(candidate: CandidateClient) -> str:
    """Pierre's candidature, in Besançon."""
    return candidate.registered()


@pytest.fixture
def other(app: Flask) -> CandidateClient:
    """Anne, who has an account of her own."""
    identity = {
        **tokens.DUBOIS,
        "civilite": "MADAME",
        "prenoms": "Anne",
        "email": "anne@example.org",
    }
    return CandidateClient(app, "anne", identity)
