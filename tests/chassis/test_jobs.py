"""Jobs of scaled workers: once per period whoever runs them, sooner after a failure; what operators
do with them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import select, update

from deploy.service_names import SERVICES
from services.chassis.process.stopping import stopping
from services.chassis.roles import worker as workers
from services.chassis.roles.worker import Worker
from services.chassis.tasks import commands, gauges, leases, new_tasks
from services.chassis.tasks.gauges import Gauge
from services.chassis.tasks.leases import RETRY_SECONDS
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.tables import tasks
from services.clock import system_now
from tests.architecture import apps
from tests.chassis.events.ledger import Ledger
from tests.chassis.served_module import ROOT
from tests.chassis.tables import clockwork
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.service_worker import database_of

PATIENCE = 90


@pytest.fixture
def app(database_url: str) -> Flask:
    return clockwork(database_url)


def nightly(job: Callable[[], None]) -> Handlers:
    handlers = Handlers("clockwork")
    handlers.every(hours=24, name="nightly")(job)
    return handlers


def counted(ran: list[str], fails: bool = False) -> Handlers:
    def run() -> None:
        ran.append("nightly")
        if fails:
            raise RuntimeError

    return nightly(run)


def worker_of(app: Flask, handlers: Handlers, stop: threading.Event | None = None) -> Worker:
    with app.app_context():
        new_tasks.add_recurring(database_of(app), "jobs", handlers.jobs)
    return Worker(app, handlers, stop=stop or threading.Event())


def start_due(worker: Worker) -> list[str]:
    before = dict(worker.of_jobs)
    with worker.app.app_context():
        worker.start_due_jobs()
    return [name for name, thread in worker.of_jobs.items() if before.get(name) is not thread]


def ended(worker: Worker) -> bool:
    for thread in worker.of_jobs.values():
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in worker.of_jobs.values())


def run_due(app: Flask, handlers: Handlers) -> list[str]:
    worker = worker_of(app, handlers)
    started = start_due(worker)
    assert ended(worker)
    return started


def lease_of(app: Flask, name: str = "nightly") -> Any:
    with app.app_context(), database_of(app).reading() as transaction:
        return transaction.execute(select(tasks).where(tasks.c.handler == name)).one()


def change_lease(app: Flask, **values: object) -> None:
    with app.app_context(), database_of(app).operation() as transaction:
        transaction.execute(update(tasks).values(values))


@pytest.mark.engines("sqlite", "postgresql")
def test_of_several_workers_one_runs_a_job_and_once_per_period(app: Flask) -> None:
    ran: list[str] = []
    handlers = counted(ran)
    barrier = threading.Barrier(4)

    def work(_: int) -> list[str]:
        barrier.wait()
        return run_due(app, handlers)

    with ThreadPoolExecutor(4) as workers_at_once:
        assert sorted(workers_at_once.map(work, range(4))) == [[], [], [], ["nightly"]]
    assert run_due(app, handlers) == []
    assert ran == ["nightly"]


def test_a_job_that_ends_its_workers_waits_longer_each_time_and_begins_anew_once_it_ran(
    app: Flask,
) -> None:
    ran: list[str] = []
    handlers = counted(ran)
    run_due(app, handlers)
    died = {"leased_by": "the dead", "leased_until": system_now() - timedelta(seconds=1)}
    past = system_now() - timedelta(hours=1)
    with app.app_context():
        for attempts, pause in enumerate((0, *RETRY_SECONDS, RETRY_SECONDS[-1])):
            change_lease(app, available_at=past, attempts=attempts, **died)
            assert leases.Leases(database_of(app), "dies next").take("jobs", ["nightly"])
            wait = (
                lease_of(app).available_at - (system_now() if attempts else past)
            ).total_seconds()
            assert pause - 3 < wait <= pause
    change_lease(app, available_at=past, **died)
    assert run_due(app, handlers) == ["nightly"]
    assert (ran, lease_of(app).attempts) == (["nightly", "nightly"], 0)


def test_a_long_job_delays_no_other_and_is_begun_once_even_when_its_lease_was_lost(
    app: Flask,
) -> None:
    release = threading.Event()
    ran = list[str]()
    handlers = counted(ran)
    handlers.every(hours=1, name="long")(
        lambda: ran.append("long") if release.wait(PATIENCE) else None
    )
    worker = worker_of(app, handlers)
    try:
        assert start_due(worker) == ["nightly", "long"]
        wait_until(lambda: lease_of(app).ended_at is not None, PATIENCE, "the end of the other")
        change_lease(
            app, available_at=system_now() - timedelta(seconds=1), leased_until=None, leased_by=None
        )
        wait_until(lambda: start_due(worker) == ["nightly"], PATIENCE, "the other, begun alone")
    finally:
        release.set()
    assert ended(worker)
    assert sorted(ran) == ["long", "nightly", "nightly"]


def test_a_job_that_asks_stops_with_its_worker_and_is_begun_by_another_at_once(app: Flask) -> None:
    pages = threading.Semaphore(0)
    stop = threading.Event()

    def work() -> None:
        while not stopping():
            pages.release()
            stop.wait(0.01)

    worker = worker_of(app, nightly(work), stop)
    start_due(worker)
    assert pages.acquire(timeout=PATIENCE)
    assert run_due(app, counted([])) == []
    stop.set()
    assert ended(worker)
    assert lease_of(app).ended_at is None
    assert run_due(app, counted([])) == ["nightly"]


def test_a_job_that_asks_stops_once_another_worker_has_taken_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.tasks.leases.RENEW_SECONDS", 0.05)
    begun = threading.Event()

    def work() -> None:
        begun.set()
        wait_until(stopping, PATIENCE, "the loss, told to the job")

    worker = worker_of(app, nightly(work))
    with app.app_context(), worker.runner.renewing():
        start_due(worker)
        assert begun.wait(PATIENCE)
        until = system_now() + timedelta(hours=1)
        change_lease(app, leased_by="another", leased_until=until)
        assert ended(worker)
    assert (lease_of(app).leased_by, lease_of(app).leased_until) == ("another", until)


def test_a_worker_is_alive_with_a_long_job(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "WATCH_SECONDS", 0.1)
    ledger = Ledger.alone("reader", tmp_path, database_url)
    ledger.handlers.every(hours=24, name="count")(ledger.count)
    ledger.release.clear()
    with ledger.working() as [worker]:
        assert ledger.entered.wait(PATIENCE)
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + 2 * workers.ITERATION_SECONDS)
        monkeypatch.setattr(workers, "time", later)
        wait_until(
            lambda: worker.stuck() is None,
            PATIENCE,
            "a turn of every thread, the job having run for long",
        )
        assert ledger.entries() == []
        ledger.release.set()
    assert ledger.entries() == ["counted"]


def run_job(app: Flask, handlers: Handlers | None = None, name: str = "nightly") -> tuple[int, str]:
    """The status, and the last line of what is said."""
    if handlers:
        commands.register(app, handlers)
    result = app.test_cli_runner().invoke(args=["run-job", name])
    return result.exit_code, result.output.splitlines()[-1]


def test_a_job_is_run_now_though_not_due_and_then_waits_for_its_period(app: Flask) -> None:
    ran: list[str] = []
    handlers = counted(ran)
    assert run_job(app, handlers) == (0, "« nightly » terminé")
    first = lease_of(app)
    assert run_job(app, handlers) == (0, "« nightly » terminé")
    assert ran == ["nightly", "nightly"]
    assert lease_of(app).leased_by is None
    assert lease_of(app).available_at > first.available_at > system_now() + timedelta(hours=23)
    assert "nightly" not in run_due(app, handlers)


def test_a_job_that_a_worker_has_in_hand_is_not_run_beside_it(app: Flask) -> None:
    ran: list[str] = []
    handlers = counted(ran)
    run_due(app, handlers)
    change_lease(app, leased_by="a worker", leased_until=system_now() + timedelta(minutes=1))
    assert run_job(app, handlers) == (1, "Error: « nightly » déjà en cours")
    assert (ran, lease_of(app).leased_by) == (["nightly"], "a worker")


def test_no_worker_runs_a_job_beside_the_operator_however_long(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.tasks.leases.RENEW_SECONDS", 0.05)
    beside = list[str]()

    def work() -> None:
        first = lease_of(app).leased_until
        wait_until(lambda: lease_of(app).leased_until > first, PATIENCE, "the lease, renewed")
        change_lease(app, available_at=system_now() - timedelta(seconds=1))
        beside.extend(run_due(app, counted([])))

    assert (run_job(app, nightly(work)), beside) == ((0, "« nightly » terminé"), [])


def test_a_job_that_fails_ends_with_one_and_is_due_again_as_after_a_worker(app: Flask) -> None:
    status, said = run_job(app, counted([], fails=True))
    assert (status, "« nightly » a échoué" in said) == (1, True)
    lease = lease_of(app)
    assert lease.available_at <= system_now() + timedelta(seconds=RETRY_SECONDS[0])
    assert (lease.leased_by, lease.ended_at) == (None, None)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_lists_its_jobs_to_whoever_names_another(
    service: str, tmp_path: Path
) -> None:
    status, said = run_job(apps.build(service, tmp_path), name="inconnu")
    assert (
        status,
        "travail inconnu « inconnu » : choisir parmi " in said,
        "purge-events" in said,
    ) == (1, True, True)


PROGRAM = """
import dataclasses, sys
from services.chassis.roles import worker
from services.chassis.tasks.gauges import Gauge

from tests.chassis.events.ledger import Ledger
ledger = Ledger("writer", sys.argv[1], sys.argv[2])
settings = ledger.app.extensions["portail"]
ledger.app.extensions["portail"] = dataclasses.replace(settings, worker_port=int(sys.argv[3]))
Gauge("files_lost", "-")
ledger.handlers.every(hours=24, name="count")(ledger.count)
worker.run(ledger.app, ledger.handlers)
"""


def test_a_worker_shows_its_health_and_metrics_and_stops_when_told(tmp_path: Path) -> None:
    """A process of its own, which is looked at as its loops come round: some seconds."""
    writer = Ledger.alone("writer", tmp_path)
    port = free_port()
    with writer.app.app_context():
        gauges.record(writer.db, Gauge("files_lost", "-"), 3)
    command = [sys.executable, "-c", PROGRAM, writer.database_url, writer.broker_url, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        wait_until(lambda: status(port, "live") == 200, 60, "the probe")
        assert status(port, "ready") == 200
        writer.ask_to_tell("a friend")
        wait_until(
            lambda: sorted(writer.entries()) == ["counted", "told a friend"],
            60,
            "the job and the follow-up",
        )
        of_job = '{job="count",service="writer"}'
        of_channel = '{channel="follow-ups",service="writer"}'
        figures = ("files_lost 3.0", f"tasks_waiting{of_channel}", f"job_running_seconds{of_job}")
        wait_until(lambda: all(figure in metrics(port) for figure in figures), 60, "the figures")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def metrics(port: int) -> str:
    return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text


def status(port: int, probe: str) -> int:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/{probe}", timeout=5).status_code
    except requests.ConnectionError:
        return 0
