"""From ten thousand candidatures to a million: what is done often costs the same, jobs and exports hold no more.

GROWTH=300000 makes it shorter.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deploy.service_names import SERVICES
from services.chassis.events import outbox
from services.chassis.events.envelope import Envelope
from tests.bench.record import record
from tests.growth.bench.consumption import Cost, cost_of, disk, more_memory, peak_memory
from tests.growth.conftest import Filled
from tests.growth.full_service import FullService, real_weight
from tests.support.database_filling import analyse, insert_copies

BACKLOG = 100_000
_EVENT = Envelope("x", "/x", "x.example.v1", "x", datetime(2021, 10, 4, tzinfo=UTC), {})
_ENVELOPE = f"'{_EVENT.to_json().decode()}'"
FEW = int(os.environ.get("GROWTH_FROM", "10_000"))
MANY = int(os.environ.get("GROWTH", "1_000_000"))
ROUNDS = 3  # in turn, of which the cheapest counts: whoever else is at work makes caches colder
MOST_GROWTH = 1.3
BATCH_MS = 2.0
COUNTED_MS = 50.0  # every ten seconds
MOST_MEMORY = 32  # MiB that a job holds more, whatever the size
MOST_PEAK_GROWTH = 1.1
MOST_WAIT_MS = 1000  # of who writes while a migration runs
BEFORE = {"registrations": ("0017", "candidatures"), "pieces": ("0013", "pieces")}


@pytest.fixture(scope="module", params=SERVICES)
def sizes(request: pytest.FixtureRequest, fill: Filled) -> tuple[FullService, FullService]:
    return fill(request.param, FEW, real_weight), fill(request.param, MANY, real_weight)


def test_what_is_done_often_costs_the_same(sizes: tuple[FullService, FullService]) -> None:
    few, many = sizes
    for kind in ("reads", "writes"):
        for name in getattr(few, kind):
            rounds = [[_cost(full, getattr(full, kind)[name]).together for full in sizes] for _ in range(ROUNDS)]
            small, large = map(min, zip(*rounds, strict=True))
            record(f"growth, {many.service}: {name}", large / small, f"of {small:.1f} ms", MOST_GROWTH)


def test_a_candidature_takes_this_much_disk(sizes: tuple[FullService, FullService]) -> None:
    few, many = (_disk(full) for full in sizes)
    each = (many - few) / (sizes[1].rows - sizes[0].rows) / 1024
    record(f"growth, {sizes[1].service}: disk of a candidature", each, "KiB")


def test_a_batch_of_the_outbox_is_taken_at_once(sizes: tuple[FullService, FullService]) -> None:
    """Beside all that was sent, and with a hundred thousand events that wait."""
    _, many = sizes
    if many.service != "registrations":
        return
    with many.app.app_context():
        table = many.db.metadata.tables["outbox"]
        waiting: dict[str, Any] = {"event_id": "'waits ' || i", "published_at": "CAST(NULL AS TIMESTAMP)"}
        with many.db.operation() as session:
            insert_copies(session, table, rows=BACKLOG, envelope=_ENVELOPE, **waiting)
        analyse(many.db, "outbox")
        relay = outbox.Relay(many.db, cast(Any, _Taking()), "registrations")
        sent = cost_of(many.db, relay.send_batch)
        counted = cost_of(many.db, lambda: outbox.waiting(many.db))
    batch = "growth, outbox: a batch of 50 while 100,000 wait"
    record(f"{batch}, in the database", sent.in_database, "ms", BATCH_MS)
    record(f"{batch}, taken and sent, in all", sent.together, "ms")
    record("growth, outbox: what waits is counted while 100,000 do, in all", counted.together, "ms", COUNTED_MS)


def test_jobs_hold_no_more_memory(sizes: tuple[FullService, FullService]) -> None:
    _, many = sizes
    with many.app.app_context():
        for name, run in many.jobs.items():
            record(f"growth, {many.service}: memory of {name}", more_memory(run), "MiB", MOST_MEMORY)


def test_exports_hold_no_more_memory(sizes: tuple[FullService, FullService]) -> None:
    few, many = sizes
    for name in many.exports:
        _peak(few, few.exports[name])  # what an export loads is loaded
        small, large = (_peak(full, full.exports[name]) for full in sizes)
        record(f"growth, {many.service}: peak of {name}, of {few.rows:,} candidatures", small, "MiB")
        record(f"growth, {many.service}: peak of {name}, of {many.rows:,} candidatures", large, "MiB")
        record(f"growth, {many.service}: peak of {name}, of many over few", large / small, "times", MOST_PEAK_GROWTH)


def test_a_migration_of_full_tables_holds_nobody_up(sizes: tuple[FullService, FullService]) -> None:
    _, many = sizes
    if many.service not in BEFORE:
        return
    revision, table = BEFORE[many.service]
    with many.app.app_context():
        folder = f"{many.app.root_path}/migrations"
        downgrade(directory=folder, revision=revision)
        began = time.monotonic()
        with _writing(many, table) as waits:
            upgrade(directory=folder)
        record(f"growth, {many.service}: migration", time.monotonic() - began, "s")
        record(f"growth, {many.service}: longest wait of a writer meanwhile", max(waits), "ms", MOST_WAIT_MS)


@dataclass
class _Taking:
    """A publisher that sends everything at once."""

    def publish(self, envelope: Envelope) -> None: ...


def _cost(full: FullService, action: Callable[[], object]) -> Cost:
    with full.app.app_context():
        return cost_of(full.db, action)


def _peak(full: FullService, export: Callable[[], object]) -> float:
    """MiB of the whole process at the most."""
    with full.app.app_context():
        return peak_memory(export)


def _disk(full: FullService) -> int:
    with full.app.app_context():
        return disk(full.db)


@contextmanager
def _writing(full: FullService, table: str) -> Iterator[list[float]]:
    """Somebody changes a row of that table again and again; how long each change took, in milliseconds."""
    change = text(f"UPDATE {table} SET id = id WHERE id = (SELECT id FROM {table} LIMIT 1)")
    ended, waits = threading.Event(), [0.0]

    def write() -> None:
        with full.app.app_context():
            while not ended.wait(0.05):
                began = time.monotonic()
                with full.db.operation() as session:
                    session.execute(change)
                waits.append(1000 * (time.monotonic() - began))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield waits
    finally:
        ended.set()
        writer.join()
