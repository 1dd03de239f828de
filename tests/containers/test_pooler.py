"""The services' web processes by way of the pooler: what they rely on at PostgreSQL holds there too."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import text

from services.chassis.database.transactions import Database
from services.chassis.process import capacity
from tests.containers.composed_databases import ComposedDatabases
from tests.containers.composed_pooler import Pooler
from tests.support.missing_services import NotInstalled, skip_or_fail
from tests.support.time_limits import limited_to

REPLICAS, PEOPLE = 4, 30
SHARED = 40
"""default_pool_size: connections to PostgreSQL for all replicas of a service."""
STATEMENTS = 20
"""Of each person: psycopg prepares after a few."""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.fixture(scope="module")
def pooler(databases: ComposedDatabases) -> Iterator[Pooler]:
    assert databases.run().returncode == 0
    try:
        running = Pooler(databases)
    except NotInstalled as absence:
        skip_or_fail(absence)
    yield running
    running.stop()


@pytest.fixture
def _as_a_web_process() -> Iterator[None]:
    with limited_to(capacity.WEB):
        yield


class Replica:
    """What a web process of a service has of its database."""

    def __init__(self, url: str) -> None:
        self.app, self.db = Flask(__name__), Database()
        self.db.connect(self.app, url, pooled=True)

    @contextmanager
    def at_work(self) -> Iterator[Database]:
        with self.app.app_context():
            yield self.db


@pytest.mark.usefixtures("_as_a_web_process")
def test_a_transaction_has_the_time_limits_of_a_web_process(pooler: Pooler) -> None:
    with Replica(pooler.url_of("accounts")).at_work() as db, db.reading() as session:
        limits = [session.scalar(text(f"SELECT current_setting('{name}')")) for name in LIMITS]
        assert limits == [f"{seconds}s" for seconds in (capacity.WEB.statement, capacity.WEB.lock, capacity.WEB.idle)]
        assert session.scalar(text("SELECT current_setting('TimeZone')")) == "UTC"


@pytest.mark.usefixtures("_as_a_web_process")
def test_who_only_reads_leaves_nothing_to_whoever_has_the_connection_next(pooler: Pooler) -> None:
    with Replica(pooler.url_of("accounts")).at_work() as db:
        for _ in range(3):
            with db.reading() as session:
                assert session.scalar(text("SHOW transaction_read_only")) == "on"
            with db.operation() as session:
                assert session.scalar(text("SHOW transaction_read_only")) == "off"


@pytest.mark.usefixtures("_as_a_web_process")
def test_the_replicas_of_a_service_share_its_connections(pooler: Pooler, databases: ComposedDatabases) -> None:
    """More people at once than connections, each with a statement that is sent often enough to be prepared."""
    together = Barrier(REPLICAS * PEOPLE)

    replicas = [Replica(pooler.url_of("registrations")) for _ in range(REPLICAS)]

    def works(person: int) -> list[int]:
        together.wait(60)
        with replicas[person % REPLICAS].at_work() as db:
            return [added(db, person, number) for number in range(STATEMENTS)]

    with ThreadPoolExecutor(REPLICAS * PEOPLE) as people:
        sums = list(people.map(works, range(REPLICAS * PEOPLE)))
    assert sums == [[person + number for number in range(STATEMENTS)] for person in range(REPLICAS * PEOPLE)]
    with databases.administrator() as session:
        row = session.execute(CONNECTIONS, ("registrations",)).fetchone()
        assert row
        assert 0 < row[0] <= SHARED


def added(db: Database, left: int, right: int) -> int:
    with db.operation() as session:
        return int(session.scalars(text("SELECT CAST(:left AS int) + :right"), {"left": left, "right": right}).one())
