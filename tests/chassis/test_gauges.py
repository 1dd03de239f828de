"""Figures of jobs: rows, replaced as a whole, shown alike by every worker and gone with what they counted."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

import pytest
from prometheus_client import REGISTRY, generate_latest
from sqlalchemy import insert, select, update

from services.chassis.clock import system_now
from services.chassis.database.transactions import Database
from services.chassis.process import worker
from services.chassis.tasks import gauges, rows, tables
from services.chassis.tasks.gauges import Gauge
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.rows import Leases, Task
from tests.chassis.tables import clockwork
from tests.support.service_worker import database_of

LOST = Gauge("clockwork_lost", "What was lost")
BY_STATE = Gauge("clockwork_by_state", "Files by state", ("state",))
NEVER = Gauge("clockwork_never", "What nobody has counted")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with in_a_process(database_url) as db:
        yield db


@contextmanager
def in_a_process(database_url: str) -> Iterator[Database]:
    """The database as one of several processes has it."""
    app = clockwork(database_url)
    with app.app_context():
        yield database_of(app)
        database_of(app).engine.dispose()


def shown(db: Database) -> list[str]:
    gauges.show(db)
    return [line for line in generate_latest(REGISTRY).decode().splitlines() if line.startswith("clockwork")]


def test_a_worker_shows_what_the_job_of_another_has_counted(db: Database, database_url: str) -> None:
    gauges.record(db, LOST, 2)
    gauges.record(db, BY_STATE, {("clean",): 3, ("failed",): 1})
    with in_a_process(database_url) as other:
        assert shown(other) == [
            "clockwork_lost 2.0",
            'clockwork_by_state{state="clean"} 3.0',
            'clockwork_by_state{state="failed"} 1.0',
        ]


def test_a_label_that_is_counted_no_more_is_shown_no_more(db: Database) -> None:
    gauges.record(db, BY_STATE, {("clean",): 3, ("failed",): 1})
    shown(db)
    gauges.record(db, BY_STATE, {("clean",): 4})
    assert shown(db) == ['clockwork_by_state{state="clean"} 4.0']
    gauges.record(db, BY_STATE, {})
    assert shown(db) == []


def test_a_figure_of_another_release_is_left_alone(db: Database) -> None:
    row = {"name": "clockwork_of_later", "labels": "[]", "value": 1, "recorded_at": system_now()}
    with db.operation() as session:
        session.execute(insert(tables.job_figures).values(row))
    assert shown(db) == []


@pytest.mark.engines("sqlite", "postgresql")
def test_of_two_who_count_at_once_one_is_believed_as_a_whole(db: Database, database_url: str) -> None:
    barrier = threading.Barrier(6)

    def count(number: int) -> None:
        with in_a_process(database_url) as own:
            barrier.wait()
            gauges.record(own, BY_STATE, {(f"first {number}",): number, ("second",): number})

    with ThreadPoolExecutor(6) as processes:
        list(processes.map(count, range(6)))  # raises what one of them raised
    with db.reading() as session:
        values = session.scalars(select(tables.job_figures.c.value)).all()
    assert len(values) == 2
    assert len(set(values)) == 1


def test_each_worker_tells_how_long_a_job_runs_and_since_when_it_has_not_succeeded(db: Database) -> None:
    ago = system_now() - timedelta(hours=2)
    names = ["running", "failing", "well", "removed"]
    rows.add_recurring(db, "jobs", names)
    leases = Leases(db, "a worker")
    taken = {name: leases.take("jobs", [name]) for name in names}
    with db.operation() as session:
        session.execute(update(tables.tasks).values(created_at=ago, started_at=ago))
        leases.settle(session, cast(Task, taken["failing"]), reason="x")
        leases.settle(session, cast(Task, taken["well"]), ended_at=system_now())
    handlers = Handlers("clockwork")
    for name in names[:3]:
        handlers.every(hours=1, name=name)(lambda: None)
    worker.show_jobs(db, handlers)

    def of_jobs(gauge: str) -> list[float | None]:
        return [REGISTRY.get_sample_value(gauge, {"service": "clockwork", "job": name}) for name in names]

    two_hours = pytest.approx(7200, abs=60)
    assert of_jobs("job_period_seconds") == [3600, 3600, 3600, None]
    assert of_jobs("job_running_seconds") == [two_hours, 0, 0, None]
    assert of_jobs("job_last_success_age_seconds") == [two_hours, two_hours, pytest.approx(0, abs=60), None]
