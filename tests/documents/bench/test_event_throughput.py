"""How many saved candidatures a second documents and pieces take over, beside a consumer that does nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from flask import Flask

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.events import Envelope
from services.chassis.events.broker import Hear, bindings_of, connect
from services.chassis.tasks.registry import Handlers
from services.contracts import EVENTS
from services.documents import handlers as of_documents
from services.pieces import handlers as of_pieces
from tests.bench.record import record
from tests.documents.example_events import saved
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service
from tests.pieces.pieces_service import PiecesService
from tests.support.object_store import Bucket
from tests.support.postgres import Postgres
from tests.support.rabbitmq import RabbitMQ
from tests.support.service_worker import deliver

NUMBER = 200


@pytest.fixture
def broker(rabbitmq: RabbitMQ) -> Iterator[str]:
    url = rabbitmq.fresh_vhost()
    connect(url).declare(bindings_of(EVENTS))
    yield url
    rabbitmq.delete_vhost(url)


def test_a_real_reaction_takes_at_most_two_and_a_half_times_as_long_as_none(
    broker: str, postgres: Postgres, bucket: Bucket, registrations: RegistrationsStub
) -> None:
    documents = Service(postgres.fresh_database(), bucket.url, registrations.url, log_level="WARNING").app
    pieces = PiecesService(postgres.fresh_database(), bucket.url).app
    for name, app, handlers in (
        ("documents", documents, of_documents.registry), ("pieces", pieces, of_pieces.registry),
    ):  # fmt: skip
        nothing, processor = _per_second(broker, name, lambda bodies: None)
        real, own_processor = _per_second(broker, name, _reaction(app, handlers))
        record(f"registration_saved consumed by {name}: nothing done", nothing, "/s")
        record(f"registration_saved consumed by {name}: nothing done, processor", processor, "ms")
        record(f"registration_saved consumed by {name}", real, "/s")
        record(f"registration_saved consumed by {name}: processor", own_processor, "ms")
        record(f"registration_saved consumed by {name} / nothing done", real / nothing, "", aim=0.4, at_most=False)


def _reaction(app: Flask, handlers: Handlers) -> Hear:
    def hear(bodies: Sequence[bytes]) -> None:
        deliver(app, handlers, *bodies)

    return hear


def _per_second(url: str, queue: str, hear: Hear) -> tuple[float, float]:
    """Handles NUMBER candidatures, each its own: how many a second, and milliseconds of this process for each."""
    _tell(url, NUMBER)
    stop, handled = threading.Event(), 0

    def counting(bodies: Sequence[bytes]) -> None:
        nonlocal handled
        hear(bodies)
        handled += len(bodies)
        if handled == NUMBER:
            stop.set()

    start, processor = time.perf_counter(), time.process_time()
    connect(url).consume(queue, counting, stop)
    seconds, used = time.perf_counter() - start, time.process_time() - processor
    return NUMBER / seconds, used / NUMBER * 1000


def _tell(url: str, number: int) -> None:
    publisher = connect(url).publisher()
    for _ in range(number):
        event = replace(saved(), candidature_id=new_id(), candidate_id=new_id())
        publisher.publish(
            Envelope(new_id(), "/registrations", event.TYPE, event.candidature_id, system_now(), event.to_data())
        )
    publisher.close()
