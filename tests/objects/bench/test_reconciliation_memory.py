"""How much memory a reconciliation takes as rows and objects grow."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert

from services.chassis.database.transactions import Database
from services.chassis.tasks.tables import EventTables
from services.objects import ObjectStore, ObjectTables
from services.objects.comparison import KeyColumn, in_pages
from services.objects.reconciliation import Reconciliation, Report
from tests.objects.bench.list_only_store import Listing
from tests.objects.file_table import declare_file

MEGABYTE = 1024 * 1024
MOST_MORE = 60 * MEGABYTE


def _key(number: int) -> str:
    return f"pieces/{number:032x}/{number:032x}/NATIDE06/20260101T120000000000Z-{number:032x}-{number:064x}"


def _fill(url: str, count: int) -> None:
    app, db = Flask(__name__), Database()
    file = declare_file(db)
    ObjectTables(db)
    EventTables(db)  # jobs keep what they counted there
    db.connect(app, url)
    with app.app_context():
        db.metadata.create_all(db.engine)
        rows = ({"id": f"{number:032x}", "key": _key(number)} for number in range(count))
        for page in in_pages(rows, 20_000):
            with db.operation() as session:
                session.execute(insert(file), page)
        db.engine.dispose()


def _measured(database_url: str, objects_url: str) -> tuple[Report, float, int]:
    """The report, its seconds, and how many bytes more this process has held at most."""
    app, db = Flask(__name__), Database()
    file = declare_file(db)
    ObjectTables(db)
    db.connect(app, database_url)
    with app.app_context():
        reconciliation = Reconciliation("bench", db, ObjectStore(objects_url), (KeyColumn(file.key, file.id),))
        before, started = _memory(), time.monotonic()
        report = reconciliation.report()
        return report, time.monotonic() - started, _memory() - before


def _memory() -> int:
    """The most that this program has held, in bytes (what getrusage tells counts the program that started it too)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.fixture
def listing(request: pytest.FixtureRequest) -> Iterator[Listing]:
    server = Listing(request.param, _key)
    yield server
    server.stop()


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize("listing", [10_000, 1_000_000], indirect=True, ids=["10 000", "1 000 000"])
def test_memory_does_not_grow_with_what_is_compared(
    database_url: str, listing: Listing, request: pytest.FixtureRequest
) -> None:
    count = request.node.callspec.params["listing"]
    _fill(database_url, count)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        report, seconds, memory = process.submit(_measured, database_url, listing.url).result()
    engine = database_url.partition(":")[0]
    print(f"\n{engine}: {count} rows and objects compared in {seconds:.1f} s, {memory / MEGABYTE:.1f} MB more")
    assert (report.rows, report.objects, report.lost_count, report.unknown_count) == (count, count, 0, 0)
    assert memory < MOST_MORE
