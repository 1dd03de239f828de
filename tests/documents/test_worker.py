"""The worker on a real broker: registrations' events become documents, whatever is down meanwhile."""

from pathlib import Path

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.events import Envelope
from services.chassis.events.broker import bindings_of, connect
from services.chassis.process.worker import Worker
from services.contracts import EVENTS
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.documents.jobs import registry
from tests.documents.example_events import CANDIDATURE, saved
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service
from tests.support.object_store import Bucket
from tests.support.processes import wait_until

RETRY_SECONDS = (0.3, 0.5, 1.0)


def test_with_the_store_down_the_tile_is_there_and_documents_follow(
    tmp_path: Path, bucket: Bucket, registrations: RegistrationsStub
) -> None:
    broker_url = f"sqlite:///{tmp_path / 'broker.db'}"
    connect(broker_url).declare(bindings_of(EVENTS))
    service = Service(f"sqlite:///{tmp_path / 'documents.db'}", bucket.url, registrations.url, broker_url=broker_url)
    worker = Worker(service.app, registry, RETRY_SECONDS)
    worker.start()
    try:
        with service.without_store():
            _publish_saved(broker_url)
            wait_until(lambda: service.get("/candidatures").get_json()["candidatures"], 60, "the tile")
            assert service.documents() == []
        wait_until(lambda: len(service.documents()) == len(AUTOMATIC_TYPES), 60, "all documents")
    finally:
        worker.stop.set()
        worker.join()


def _publish_saved(broker_url: str) -> None:
    event, publisher = saved(), connect(broker_url).publisher()
    try:
        publisher.publish(Envelope(new_id(), "/registrations", event.TYPE, CANDIDATURE, system_now(), event.to_data()))
    finally:
        publisher.close()
