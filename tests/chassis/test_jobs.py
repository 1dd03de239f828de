"""Jobs of scaled workers: once per period whoever runs them, again sooner after a failure, never held by the dead."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from services.chassis.clock import system_now
from services.chassis.database import Database
from services.chassis.events import EventTables
from services.chassis.events.tables import job_leases
from services.chassis.jobs import AGAIN_AFTER_FAILURE, Jobs


@pytest.fixture
def service(database_url: str) -> tuple[Flask, Database]:
    db = Database()
    EventTables(db)
    app = Flask("services.clockwork")
    db.connect(app, database_url)
    with app.app_context():
        db.create_all()
    return app, db


def counted(ran: list[str], fails: bool = False) -> Jobs:
    jobs = Jobs()

    @jobs.every(hours=24, name="nightly")
    def nightly() -> None:
        ran.append("nightly")
        if fails:
            raise RuntimeError

    return jobs


def test_of_several_workers_one_runs_a_job_and_once_per_period(service: tuple[Flask, Database]) -> None:
    app, db = service
    ran: list[str] = []
    jobs, barrier = counted(ran), threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        with app.app_context():
            jobs.run_due(db)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert jobs.run_due(db) == 0
    assert ran == ["nightly"]


def test_a_job_that_failed_is_due_again_long_before_its_period(service: tuple[Flask, Database]) -> None:
    app, db = service
    ran: list[str] = []
    with app.app_context():
        counted(ran, fails=True).run_due(db)
        with db.reading() as session:
            due_at = session.execute(select(job_leases.c.due_at)).scalar_one()
    assert due_at <= system_now() + AGAIN_AFTER_FAILURE


def test_a_worker_that_died_in_a_job_holds_it_no_longer_than_its_lease(service: tuple[Flask, Database]) -> None:
    app, db = service
    ran: list[str] = []
    jobs = counted(ran)
    with app.app_context():
        jobs.run_due(db)
        died = {"due_at": system_now() - timedelta(hours=1), "leased_until": system_now() + timedelta(seconds=60)}
        with db.operation() as session:
            session.execute(update(job_leases).values(died))
        assert jobs.run_due(db) == 0
        with db.operation() as session:
            session.execute(update(job_leases).values(leased_until=system_now() - timedelta(seconds=1)))
        assert jobs.run_due(db) == 1
    assert ran == ["nightly", "nightly"]


def test_an_operator_runs_a_job_now_by_its_name() -> None:
    ran: list[str] = []
    counted(ran).run_job("nightly")
    assert ran == ["nightly"]
