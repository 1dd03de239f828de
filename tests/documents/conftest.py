"""documents over real parts: both databases in turn, an S3 bucket, an HTTP server in place of
registrations."""

from collections.abc import Iterator
from functools import lru_cache

import pytest

from services.documents.rendering.pdf_and_html import render
from tests.documents.example_events import saved
from tests.documents.imports.exam_office import ExamOffice
from tests.documents.service import Neighbours, Service, prepare
from tests.support.declared_problems import only_declared_problems  # noqa: F401 - a fixture
from tests.support.object_store import Bucket
from tests.support.prepared_databases import prepared_url

rendered = lru_cache(maxsize=256)(render)
"""Renders each sheet once in a process, however many tests look at it."""


@pytest.fixture
def neighbours() -> Iterator[Neighbours]:
    running = Neighbours()
    yield running
    running.server.stop()


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> str:
    """A database of this test alone that documents has migrated."""
    return prepared_url(engine, "documents_empty", prepare, request)


@pytest.fixture
def service(
    database_url: str, bucket: Bucket, neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> Service:
    """documents, migrated and empty. What a test before it had rendered it does not render
    again."""
    monkeypatch.setattr("services.documents.rendering.pdf_and_html.render", rendered)
    return Service(database_url, bucket.url, neighbours.server.url)


@pytest.fixture
def issued(service: Service) -> Service:
    """With the documents of the guide's candidature."""
    service.receive_and_create_documents(saved())
    return service


@pytest.fixture
def office(service: Service) -> ExamOffice:
    """An exam office in front of documents, which knows candidates of numbers 1 and 2."""
    office = ExamOffice(service)
    office.register(1, 2)
    return office
