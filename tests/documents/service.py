"""The service documents for tests, on a real database and store, and an HTTP server in place of
those that it calls."""

import io
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask, Response, jsonify, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.chassis.errors import NotFound, Unauthenticated, Unavailable
from services.chassis.roles.command_line import migrate
from services.chassis.settings import Secret
from services.chassis.web import problems
from services.confined.checks import Program
from services.contracts.base import Contract
from services.contracts.registrations import RegistrationSaved
from services.documents.app import create_app
from services.documents.dependencies import Dependencies, attach, dependencies
from services.documents.follow_ups import registry
from services.documents.models import db
from services.documents.operations.automatic_documents import create_automatic_documents
from services.objects import ObjectStore
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.documents.text_extraction import text_of_html, text_of_pdf
from tests.support.app_server import AppServer
from tests.support.process_settings import NOBODY, service_settings
from tests.support.service_worker import deliver_event, run_follow_ups
from tests.support.time_limits import PAGE_SECONDS
from tests.support.tokens import bearer, candidate_token, key_of

# Every service of this process uses those: a start takes longer than reading a PDF.
_IDLE_PROGRAMS: list[Program] = []
NO_STORE = "s3+http://nobody:nothing@127.0.0.1:9/none"


class Neighbours:
    """accounts (a token) and registrations (a saved version): holds events by candidature and
    version. `is_down` makes it answer 503; `ended_at`: when the candidatures ended; `token` is the one that it issues."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], RegistrationSaved] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.ended_at: str | None = None
        self.is_down = False
        self.token = "service-token"
        app = Flask(__name__)
        problems.register(app)
        app.post("/v1/tokens")(lambda: jsonify(access_token=self.token, expires_in=60))
        app.get("/v1/candidatures/<candidature_id>/versions/<version>")(self._version)
        app.get("/v1/candidatures/<candidature_id>/standing")(self._standing)
        self.server = AppServer(app)

    def set_current(self, event: RegistrationSaved) -> RegistrationSaved:
        """Answer with this event for its version and for the current version from now on."""
        for version in (str(event.version), "current"):
            self.events[event.candidature_id, version] = event
        return event

    def _version(self, candidature_id: str, version: str) -> Response:
        self.requests.append((candidature_id, version, request.headers.get("Authorization", "")))
        if self.is_down:
            raise Unavailable
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise Unauthenticated
        if event := self.events.get((candidature_id, version)):
            return jsonify(event_id="e" * 32, data=event.to_data())
        raise NotFound

    def _standing(self, candidature_id: str) -> Response:
        if self.is_down:
            raise Unavailable
        if event := self.events.get((candidature_id, "current")):
            return jsonify(version=event.version, saved_at=event.saved_at, ended_at=self.ended_at)
        raise NotFound


def prepare(database_url: str) -> None:
    """Migrate what each test gets a copy of."""
    with Service(database_url, NO_STORE, NOBODY).app.app_context():
        db.engine.dispose()


class Service:
    """One running documents."""

    def __init__(self, database_url: str, objects_url: str, stub_url: str) -> None:
        urls = {
            "accounts_url": stub_url,
            "registrations_url": stub_url,
            "objects_url": Secret(objects_url),
        }
        values = {"log_level": "INFO", "page_seconds": PAGE_SECONDS, **urls}
        settings = service_settings("documents", database_url, Path("/nowhere"), **values)
        self.app: Flask = create_app(settings, key_of=key_of)
        migrate(self.app)
        self.dependencies.pdf_checks.idle_programs = _IDLE_PROGRAMS
        self.web: FlaskClient = self.app.test_client()

    @property
    def dependencies(self) -> Dependencies:
        with self.app.app_context():
            return dependencies()

    @contextmanager
    def without_store(self) -> Iterator[None]:
        """At the store's address nobody answers during the block."""
        working = self.dependencies
        attach(self.app, replace(working, store=ObjectStore(NO_STORE)))
        try:
            yield
        finally:
            attach(self.app, working)

    def receive(self, event: Contract, event_id: str | None = None) -> None:
        """Handle an event; the follow-up that it asks for is not run."""
        deliver_event(self.app, registry, event, event_id)

    def follow(self, event: Contract | None = None, event_id: str | None = None) -> list[str]:
        """Handle the event, and run the follow-ups that wait: the names of the errors of those to
        be tried again."""
        if event:
            self.receive(event, event_id)
        return run_follow_ups(self.app, registry)

    def create_documents(self, version: int = 1, candidature_id: str = CANDIDATURE) -> None:
        """Run the follow-up of a saved version."""
        with self.app.app_context():
            create_automatic_documents(dependencies(), candidature_id, version)

    def receive_and_create_documents(self, event: RegistrationSaved) -> None:
        """Handle the event and run its follow-up."""
        self.receive(event)
        self.create_documents(event.version, event.candidature_id)

    def get(self, path: str, candidate: str = CANDIDATE) -> TestResponse:
        return self.web.get(f"/v1{path}", headers=bearer(candidate_token(candidate)))

    def documents(self, candidature_id: str = CANDIDATURE) -> list[dict[str, Any]]:
        """The list as the candidate gets it."""
        answer = self.get(f"/candidatures/{candidature_id}/documents")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        documents: list[dict[str, Any]] = answer.get_json()["documents"]
        return documents

    def texts_of(self, document: Mapping[str, Any], candidate: str = CANDIDATE) -> tuple[str, str]:
        """What it says as a PDF, and as a page."""
        pdf, page = (
            self.get(f"/documents/{document['id']}/{form}", candidate) for form in ("file", "html")
        )
        return text_of_pdf(pdf.data), text_of_html(page.data)

    def keys(self, suffix: str = "") -> list[str]:
        """The keys of the store's objects."""
        return sorted(key for key in self.dependencies.store.list_keys() if key.endswith(suffix))

    def run_command(self, *words: str) -> Result:
        """Run a command as an operator types it."""
        return self.app.test_cli_runner().invoke(args=list(words))

    def put_object(self, key: str, content: bytes) -> None:
        """Put bytes into the store behind the service's back."""
        self.dependencies.store.put(
            key, io.BytesIO(content), len(content), "application/octet-stream"
        )


def some_id() -> str:
    return uuid.uuid4().hex
