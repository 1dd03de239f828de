"""Beside thousands of others, nothing that is asked often reads a table from one end to the
other."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, text

from deploy.service_names import SERVICES
from services import clock
from tests.growth.accounts import full_accounts
from tests.growth.documents import full_documents
from tests.growth.filled import Actions, FullService
from tests.growth.pieces import full_pieces
from tests.growth.registrations import full_registrations
from tests.registrations.service.candidate_client import NOW
from tests.support.object_store import ObjectStore
from tests.support.postgres import Postgres
from tests.support.query_plans import analyse, recorded_statements
from tests.support.smtp import Mailbox

# Enough for PostgreSQL to plan as for a million: of fewer, reading a table from one end to the
# other costs least.
ROWS = {"accounts": 5_000, "registrations": 20_000, "documents": 5_000, "pieces": 10_000}
LARGE = 5_000  # rows
MOST_BLOCKS = 1_500  # of 8 KB, found by an index and in memory: a few milliseconds
MOST_COUNTED_BLOCKS = (
    4_000  # of what is counted: what waits in an académie, what follows a piece up to a limit
)


@pytest.fixture(scope="module", params=SERVICES)
def full(
    request: pytest.FixtureRequest,
    postgres: Postgres,
    objects: ObjectStore,
    _mail_server: Mailbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[FullService]:
    """A service over PostgreSQL, filled once, at work in the guide's month."""
    rows = ROWS[request.param]
    url = postgres.fresh_database()
    folder = tmp_path_factory.mktemp("growth")
    clock.set_offset((NOW - clock.system_now()).total_seconds())
    filled = {
        "accounts": lambda: full_accounts(url, folder, _mail_server, rows),
        "registrations": lambda: full_registrations(url, folder, rows),
        "documents": lambda: full_documents(
            url, objects.fresh_bucket().url, "http://127.0.0.1:9", rows
        ),
        "pieces": lambda: full_pieces(url, objects.fresh_bucket().url, rows),
    }[request.param]()
    with filled.app.app_context():
        analyse(filled.db)
    yield filled
    filled.close()
    with filled.app.app_context():
        filled.db.engine.dispose()
    clock.set_offset(0)


@pytest.mark.parametrize("kind", ["reads", "writes", "jobs"])
def test_what_is_asked_often_is_found_by_an_index(full: FullService, kind: str) -> None:
    """A service's tables are filled, with all their indexes, for the first of its three kinds:
    seconds for each."""
    actions: Actions = getattr(full, kind)
    assert actions
    lines = [
        f"{name}: {read}"
        for name, action in actions.items()
        for read in _costs(full, action)
        if not read.is_flat
    ]
    assert lines == [], "\n".join(lines)


@dataclass(frozen=True)
class QueryCost:
    """`scanned`: the large tables that were read from one end to the other."""

    sql: str
    blocks: int
    scanned: frozenset[str]

    @property
    def is_flat(self) -> bool:
        if (
            self.sql.startswith("SELECT count(") and "LIMIT" in self.sql
        ):  # it stops, whatever it began with
            return self.blocks <= MOST_COUNTED_BLOCKS
        return not self.scanned and self.blocks <= (
            MOST_COUNTED_BLOCKS if "count(*) FILTER" in self.sql else MOST_BLOCKS
        )

    def __str__(self) -> str:
        return f"{self.blocks} blocks, scans {sorted(self.scanned)}: {' '.join(self.sql.split())}"


def _costs(full: FullService, action: Callable[[], object]) -> list[QueryCost]:
    """Of each statement. They are run once more and rolled back."""
    with full.app.app_context():
        with recorded_statements(full.db) as asked:
            action()
        measured = {
            sql: values for sql, values in asked if sql.startswith(("SELECT", "UPDATE", "DELETE"))
        }
        with full.db.engine.connect() as connection:
            large = _large_tables(connection)
            return [_read(connection, sql, values, large) for sql, values in measured.items()]


def _read(connection: Connection, sql: str, values: Any, large: frozenset[str]) -> QueryCost:
    plan = connection.exec_driver_sql(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values
    ).scalar()
    connection.rollback()
    root = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    scans = [
        step for step in _steps(root) if step["Node Type"] == "Seq Scan" and step["Actual Loops"]
    ]
    scanned = {step.get("Relation Name") for step in scans}
    return QueryCost(sql, root["Shared Hit Blocks"] + root["Shared Read Blocks"], large & scanned)


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", ()):
        yield from _steps(below)


def _large_tables(connection: Connection) -> frozenset[str]:
    query = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= :large")
    return frozenset(connection.scalars(query, {"large": LARGE}))
