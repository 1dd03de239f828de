"""How long a « Confirmation » waits for its worker while thousands of convocations are being published, and without."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select, update

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.events.broker import bindings_of, connect
from services.chassis.process.worker import Worker
from services.contracts import EVENTS
from services.documents.jobs import registry
from services.documents.models import Document, Import, db, event_tables
from tests.bench.record import record
from tests.documents.example_events import saved
from tests.documents.imports.exam_office import ExamOffice, csv_of, line
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service
from tests.support.object_store import Bucket
from tests.support.postgres import Postgres

CONVOCATIONS = 600
CONFIRMATIONS = 30
LOOK_SECONDS = 0.01
LONGEST_SECONDS = 60.0
AIM = 2.0


def test_a_confirmation_waits_no_more_than_twice_as_long_beside_a_publication(
    postgres: Postgres, bucket: Bucket, registrations: RegistrationsStub, tmp_path: Path
) -> None:
    broker = f"sqlite:///{tmp_path / 'broker.db'}"
    connect(broker).declare(bindings_of(EVENTS))
    given = {"log_level": "WARNING", "broker_url": broker}
    service = Service(postgres.fresh_database(), bucket.url, registrations.url, **given)
    office = ExamOffice(service)
    office.register(*range(1, CONVOCATIONS + 1))
    with service.app.app_context(), db.operation() as session:  # their own confirmations are not what is measured
        session.execute(update(event_tables.Task).values(state="done", ended_at=system_now()))
    checked = office.checked(csv_of([line(number) for number in range(1, CONVOCATIONS + 1)]))
    with _working(service):
        alone = [_wait_of_one(service) for _ in range(CONFIRMATIONS)]
        office.publish(checked)
        beside = [_wait_of_one(service) for _ in range(CONFIRMATIONS)]
        published = _published(service, checked["id"])
    assert 0 < published < CONVOCATIONS, "the publication is under way all the time"
    record("« Confirmation » made by its worker: alone", statistics.median(alone) * 1000, "ms")
    record("« Confirmation » made by its worker: beside a publication", statistics.median(beside) * 1000, "ms")
    record("documents published meanwhile, a second", published / sum(beside), "/s")
    ratio = statistics.median(beside) / statistics.median(alone)
    record("« Confirmation » beside a publication / alone", ratio, "", aim=AIM)


@contextmanager
def _working(service: Service) -> Iterator[None]:
    worker = Worker(service.app, registry)
    worker.start()
    try:
        yield
    finally:
        worker.stop.set()
        worker.join()


def _wait_of_one(service: Service) -> float:
    """Seconds from a new candidature's event to its confirmation."""
    id = new_id()
    start = time.perf_counter()
    service.receive(replace(saved(), candidature_id=id, candidate_id=id))
    while _documents_of(service, id) < 2:
        assert time.perf_counter() - start < LONGEST_SECONDS
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - start


def _documents_of(service: Service, candidature_id: str) -> int:
    with service.app.app_context(), db.reading() as session:
        own = select(func.count()).select_from(Document).where(Document.candidature_id == candidature_id)
        return session.scalar(own) or 0


def _published(service: Service, import_id: str) -> int:
    with service.app.app_context(), db.reading() as session:
        return session.get_one(Import, import_id).published
