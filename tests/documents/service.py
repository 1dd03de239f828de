"""The service documents for tests: its web application, handlers and follow-ups, on a real database and store."""

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.chassis.process.command_line import migrate
from services.chassis.settings import Secret
from services.confined.checks import Program
from services.contracts.base import Contract
from services.contracts.registrations import RegistrationSaved
from services.documents.app import create_app
from services.documents.dependencies import Dependencies, attach, dependencies
from services.documents.follow_ups import registry
from services.documents.models import db
from services.documents.operations.automatic_documents import create_automatic_documents
from services.documents.settings import DocumentsSettings
from services.objects import ObjectStore
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.support.process_settings import service_settings
from tests.support.service_worker import deliver_event, run_follow_ups
from tests.support.time_limits import PAGE_SECONDS
from tests.support.tokens import bearer, candidate_token, key_of

NOBODY = "http://127.0.0.1:9"
# Every service of this process uses those: a start takes longer than reading a PDF.
_IDLE_PROGRAMS: list[Program] = []
NO_STORE = "s3+http://nobody:nothing@127.0.0.1:9/none"
KEPT_DAYS = DocumentsSettings.kept_days


def settings(database_url: str, objects_url: str, stub_url: str, **given: Any) -> Any:
    urls = {"accounts_url": stub_url, "registrations_url": stub_url, "objects_url": Secret(objects_url)}
    values = {"log_level": "INFO", "page_seconds": PAGE_SECONDS, **urls, **given}
    return service_settings("documents", database_url, Path("/nowhere"), **values)


def prepare(database_url: str) -> None:
    """Migrate what each test gets a copy of."""
    with Service(database_url, NO_STORE, NOBODY).app.app_context():
        db.engine.dispose()


class Service:
    """One running documents."""

    def __init__(self, database_url: str, objects_url: str, stub_url: str, **given: Any) -> None:
        self.app: Flask = create_app(settings(database_url, objects_url, stub_url, **given), key_of=key_of)
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
        """Handle the event, and run the follow-ups that wait: the names of the errors of those to be tried again."""
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

    def keys(self, suffix: str = "") -> list[str]:
        """The keys of the store's objects."""
        return sorted(key for key in self.dependencies.store.list_keys() if key.endswith(suffix))

    def run_command(self, *words: str) -> Result:
        """Run a command as an operator types it."""
        return self.app.test_cli_runner().invoke(args=list(words))

    def put_object(self, key: str, content: bytes) -> None:
        """Put bytes into the store behind the service's back."""
        self.dependencies.store.put(key, io.BytesIO(content), len(content), "application/octet-stream")


def some_id() -> str:
    return uuid.uuid4().hex
