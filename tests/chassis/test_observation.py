"""What a process tells operators: honest probes in time, figures of jobs, and logs without what
somebody typed."""

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
import requests
import structlog
from flask import Flask
from prometheus_client import REGISTRY, generate_latest
from sqlalchemy import insert, select, update

from services.chassis.database.transactions import Database
from services.chassis.process import probe
from services.chassis.process.logs import LONGEST_REASON
from services.chassis.process.readiness import Readiness
from services.chassis.roles import worker
from services.chassis.roles.worker import Worker
from services.chassis.tasks import gauges, new_tasks, tables
from services.chassis.tasks.gauges import Gauge
from services.chassis.tasks.leases import Leases, Task
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.tables import EventTables
from services.chassis.web import health_pages
from services.chassis.web.application import create_service
from services.clock import system_now
from services.objects import ObjectStore
from tests.chassis.served_module import ROOT, served
from tests.chassis.sites import failing
from tests.chassis.tables import clockwork_database, settings
from tests.chassis.worker_health import health_of
from tests.support.app_server import serving
from tests.support.object_store import Bucket
from tests.support.ports import free_port
from tests.support.processes import wait_until


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield int(listener.getsockname()[1])


def test_a_web_process_whose_servers_are_all_silent_says_so_within_three_seconds(
    silent: int,
) -> None:
    silent_store = ObjectStore(f"s3+http://key:secret-secret@127.0.0.1:{silent}/bucket")
    url = f"postgresql+psycopg://x:x@127.0.0.1:{silent}/x"
    reports = {"objects": silent_store.check}
    app = create_service("probed", settings(url), Database(), title="-", views=[], reports=reports)
    begun = time.monotonic()
    answer = app.test_client().get("/health/ready")
    assert time.monotonic() - begun < 3
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {"database": "no answer", "objects": "unreachable"}


def test_a_store_without_its_bucket_is_not_well(bucket: Bucket) -> None:
    assert ObjectStore(bucket.url).check() is None
    assert ObjectStore(replace(bucket, name="missing-bucket").url).check() == "no bucket"


def test_a_check_that_hangs_is_not_begun_again_and_is_believed_when_it_ends() -> None:
    release = threading.Event()
    begun = []

    def hanging() -> str | None:
        begun.append(1)
        release.wait(20)
        return None

    asked = Readiness(
        Flask("x"), needs={"slow": hanging}, reports={"quick": lambda: None}, timeout=0.05
    )
    for _ in range(5):
        assert asked.ask() == (False, {"slow": "no answer", "quick": "ok"})
    assert begun == [1]
    release.set()
    wait_until(lambda: asked.ask()[0], 10, "the need, met")


def test_a_check_that_fails_is_a_reason_and_not_an_error_of_the_page() -> None:
    def failing() -> str | None:
        raise LookupError("with somebody's data")

    ready, shown = Readiness(Flask("x"), needs={}, reports={"odd": failing}).ask()
    assert (ready, shown) == (True, {"odd": "LookupError"})


def test_a_worker_without_its_database_is_alive_and_not_ready(silent: int) -> None:
    app = Flask("services.idle")
    db = Database()
    EventTables(db)
    url = f"postgresql+psycopg://x:x@127.0.0.1:{silent}/x"
    app.extensions["portail"] = settings(url)
    db.connect(app, url)
    worker = Worker(app, Handlers("idle"))
    live = health_of(worker, "live")
    ready = health_of(worker, "ready")
    assert (live.status_code, live.json()) == (200, {"status": "ok", "checks": {"threads": "ok"}})
    assert ready.status_code == 503
    assert ready.json()["checks"] == {"threads": "ok", "database": "no answer", "broker": "ok"}


def probed(**environ: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "services.chassis.process.probe"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("reason", "status", "said"),
    [(None, 0, ""), ("OperationalError", 1, "503 database=OperationalError mail=x\n")],
    ids=["ready, although what it only reports is away", "not ready"],
)
def test_a_process_that_is_not_ready_says_what_is_missing(
    reason: str | None, status: int, said: str
) -> None:
    app = Flask("probed")
    health_pages.register(
        app, Readiness(app, needs={"database": lambda: reason}, reports={"mail": lambda: "x"})
    )
    with serving(app) as server:
        for environ in ({"BIND": f"0.0.0.0:{server.port}"}, {"WORKER_PORT": str(server.port)}):
            assert probed(**environ) == (status, said)


def test_a_process_that_does_not_listen_is_not_ready() -> None:
    assert probed(BIND=f"0.0.0.0:{free_port()}") == (1, "no answer: ConnectionRefusedError\n")


def test_the_port_is_the_one_that_the_process_listens_on() -> None:
    of_web = {"BIND": "[::]:8081", "WORKER_PORT": "0"}
    of_worker = {"BIND": "0.0.0.0:8080", "WORKER_PORT": "9000"}
    environs: list[dict[str, str]] = [
        {},
        {"BIND": "0.0.0.0:8080"},
        of_web,
        of_worker,
        {"BIND": "unix:/run/x"},
    ]
    assert [probe.port_of(environ) for environ in environs] == [8000, 8080, 8081, 9000, 8000]


LOST = Gauge("clockwork_lost", "What was lost")
BY_STATE = Gauge("clockwork_by_state", "Files by state", ("state",))
NEVER = Gauge("clockwork_never", "What nobody has counted")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with clockwork_database(database_url) as db:
        yield db


def shown(db: Database) -> list[str]:
    gauges.show(db)
    return [
        line
        for line in generate_latest(REGISTRY).decode().splitlines()
        if line.startswith("clockwork")
    ]


def test_a_worker_shows_what_the_job_of_another_has_counted(
    db: Database, database_url: str
) -> None:
    gauges.record(db, LOST, 2)
    gauges.record(db, BY_STATE, {("clean",): 3, ("failed",): 1})
    with clockwork_database(database_url) as other:
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
    with db.operation() as transaction:
        transaction.execute(insert(tables.job_figures).values(row))
    assert shown(db) == []


@pytest.mark.engines("sqlite", "postgresql")
def test_of_two_who_count_at_once_one_is_believed_as_a_whole(
    db: Database, database_url: str
) -> None:
    barrier = threading.Barrier(6)

    def count(number: int) -> None:
        with clockwork_database(database_url) as own:
            barrier.wait()
            gauges.record(own, BY_STATE, {(f"first {number}",): number, ("second",): number})

    with ThreadPoolExecutor(6) as processes:
        list(processes.map(count, range(6)))  # raises what one of them raised
    with db.reading() as transaction:
        first, second = transaction.scalars(select(tables.job_figures.c.value))
    assert first == second


def test_each_worker_tells_how_long_a_job_runs_and_since_when_it_has_not_succeeded(
    db: Database,
) -> None:
    ago = system_now() - timedelta(hours=2)
    names = ["running", "failing", "well", "removed"]
    new_tasks.add_recurring(db, "jobs", names)
    leases = Leases(db, "a worker")
    taken = {name: leases.take("jobs", [name]) for name in names}
    with db.operation() as transaction:
        transaction.execute(update(tables.tasks).values(created_at=ago, started_at=ago))
        leases.try_again(transaction, cast(Task, taken["failing"]), system_now(), "x")
        leases.succeeded(transaction, cast(Task, taken["well"]), system_now())
    handlers = Handlers("clockwork")
    for name in names[:3]:
        handlers.every(hours=1, name=name)(lambda: None)
    worker.show_jobs(db, handlers)

    def of_jobs(gauge: str) -> list[float | None]:
        return [
            REGISTRY.get_sample_value(gauge, {"service": "clockwork", "job": name})
            for name in names
        ]

    two_hours = pytest.approx(7200, abs=60)
    assert of_jobs("job_period_seconds") == [3600, 3600, 3600, None]
    assert of_jobs("job_running_seconds") == [two_hours, 0, 0, None]
    assert of_jobs("job_last_success_age_seconds") == [
        two_hours,
        two_hours,
        pytest.approx(0, abs=60),
        None,
    ]


PERSON = "laurent.binet"


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """As they were before."""
    root = logging.getLogger()
    server = logging.getLogger("gunicorn.error")
    ours = structlog.get_config()
    before = root.handlers, root.level, server.handlers
    yield
    root.handlers, root.level, server.handlers = before
    structlog.configure(**ours)


def lines_in(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def test_an_error_is_logged_with_its_route_without_address_and_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nor is the address of a request that is no route."""
    client = failing().test_client()
    assert client.get(f"/people/{PERSON}?mail={PERSON}@example.org").status_code == 500
    assert client.get(f"/nowhere/{PERSON}").status_code == 404
    printed = "".join(capsys.readouterr())
    assert PERSON not in printed
    (line,) = [line for line in lines_in(printed) if line["event"] == "unhandled_error"]
    assert (line["route"], line["method"]) == ("/people/<name>", "GET")
    assert line["reason"].startswith("ValueError at ")


def test_a_library_says_its_own_words_in_a_bounded_line_from_a_warning_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing().test_client().get(f"/library/{PERSON}")
    printed = "".join(capsys.readouterr())
    assert PERSON not in printed
    events = [line["event"] for line in lines_in(printed) if line.get("logger") == "some.library"]
    assert events == ["this is %s", "x" * LONGEST_REASON]


@pytest.mark.parametrize("method", ["OUVRIR", "FERMER", "PROPFIND"])
def test_invented_methods_are_refused_and_make_one_series(method: str) -> None:
    client = failing().test_client()
    for path in ("/people/x", "/nowhere"):
        assert client.open(path, method=method).status_code in (404, 405)
    methods = {
        sample.labels["method"]
        for family in REGISTRY.collect()
        if family.name == "http_requests"
        for sample in family.samples
    }
    assert "OTHER" in methods
    assert method not in methods


def test_the_server_itself_logs_no_address_and_no_path_of_what_it_refuses_or_cannot_serve() -> None:
    with served("tests.chassis.sites", "failing", THREADS="2") as site:
        assert (
            requests.get(f"{site.url}/outside/{PERSON}?q={PERSON}", timeout=60).status_code == 500
        )
        with socket.create_connection(("127.0.0.1", site.port), timeout=60) as spoilt:
            spoilt.sendall(f"GET /people/{PERSON} NO HTTP\r\n\r\n".encode())
            assert b" 400 " in spoilt.recv(4096)
        printed = site.daemon.log.read_text()
    assert PERSON not in printed
    assert "127.0.0.1" not in printed
    assert {line["event"] for line in lines_in(printed)} >= {
        "Error handling request %s %s",
        "Invalid request",
    }
