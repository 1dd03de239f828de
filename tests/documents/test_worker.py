"""The worker on real brokers: registrations' events become documents, whatever is down meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.events import Envelope
from services.chassis.events.adapters import connect
from services.chassis.events.broker import bindings_of
from services.chassis.process.worker import Worker
from services.contracts import EVENTS
from services.contracts.registrations import RegistrationSaved, RegistrationWithdrawn
from services.documents.follow_ups import registry
from services.documents.jobs import jobs
from tests.documents.example_events import CANDIDATURE, saved, withdrawn
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.object_store import Bucket, ObjectStoreServer

RETRY_SECONDS = (0.3, 0.5, 1.0)


@pytest.fixture(scope="module")
def objects(own_objects: "ObjectStoreServer") -> "ObjectStoreServer":
    """A server of this module alone: it is stopped here."""
    return own_objects


@pytest.fixture
def working(tmp_path: "Path", bucket: "Bucket", registrations: RegistrationsStub, broker_url: str) -> Iterator[Service]:
    """documents with its worker running, on the broker that the test is about."""
    connect(broker_url).declare(bindings_of(EVENTS), RETRY_SECONDS)
    service = Service(f"sqlite:///{tmp_path / 'documents.db'}", bucket.url, registrations.url, broker_url=broker_url)
    with _running(service):
        yield service


@contextmanager
def _running(service: Service) -> Iterator[None]:
    worker = Worker(service.app, registry, jobs, RETRY_SECONDS)
    worker.start()
    try:
        yield
    finally:
        worker.stop.set()
        worker.join()


def _publish(broker_url: str, *events: RegistrationSaved | RegistrationWithdrawn) -> None:
    publisher = connect(broker_url).publisher()
    try:
        for event in events:
            subject, now = event.candidature_id, system_now()
            publisher.publish(Envelope(new_id(), "/registrations", event.TYPE, subject, now, event.to_data()))
    finally:
        publisher.close()


def _tiles(service: Service) -> int:
    return len(service.get("/candidatures").get_json()["candidatures"])


def _documents(service: Service) -> int:
    answer = service.get(f"/candidatures/{CANDIDATURE}/documents")
    return len(answer.get_json()["documents"]) if answer.status_code == 200 else 0


def test_a_saved_candidature_has_its_documents_within_seconds(working: Service, broker_url: str) -> None:
    _publish(broker_url, saved())
    wait_until(lambda: _documents(working) == 2, 60, "both documents")


def test_a_withdrawal_hides_what_was_shown(working: Service, broker_url: str) -> None:
    _publish(broker_url, saved())
    wait_until(lambda: _tiles(working) == 1, 60, "the tile")
    _publish(broker_url, withdrawn())
    wait_until(lambda: _tiles(working) == 0, 60, "the tile to go")


def test_with_the_store_down_the_tile_is_there_and_documents_follow(
    working: Service, broker_url: str, objects: "ObjectStoreServer"
) -> None:
    objects.stop()
    try:
        _publish(broker_url, saved())
        wait_until(lambda: _tiles(working) == 1, 60, "the tile")
        assert _documents(working) == 0
    finally:
        objects.start()
    wait_until(lambda: _documents(working) == 2, 60, "both documents")
