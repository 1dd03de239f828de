"""How much memory a reconciliation takes as rows and objects grow."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from services.chassis.database.transactions import Database
from services.chassis.events import EventTables
from services.objects import ObjectTables
from services.objects.comparison import in_pages
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


def _measured(database_url: str, objects_url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.objects.bench.measured_reconciliation", database_url, objects_url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


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
    measured = _measured(database_url, listing.url)
    print(
        f"\n{database_url.partition(':')[0]}: {count} rows and objects compared in {measured['seconds']:.1f} s, "
        f"{measured['more_memory'] / MEGABYTE:.1f} MB more"
    )
    assert (measured["rows"], measured["objects"], measured["lost"], measured["unknown"]) == (count, count, 0, 0)
    assert measured["more_memory"] < MOST_MORE
