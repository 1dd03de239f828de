"""Probes, and a container's health check, get an honest answer in time, whatever a process needs is silent."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from services.chassis.database.transactions import Database
from services.chassis.process import probe
from services.chassis.process.readiness import Readiness
from services.chassis.process.worker import Worker
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.tables import EventTables
from services.chassis.web import health_pages
from services.chassis.web.application import create_service
from services.objects import ObjectStore
from tests.chassis.events.test_channels import health
from tests.chassis.tables import settings
from tests.support.app_server import serving
from tests.support.object_store import Bucket
from tests.support.ports import free_port
from tests.support.processes import wait_until


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield int(listener.getsockname()[1])


def test_a_web_process_whose_servers_are_all_silent_says_so_within_three_seconds(silent: int) -> None:
    silent_store = ObjectStore(f"s3+http://key:secret-secret@127.0.0.1:{silent}/bucket")
    url, reports = f"postgresql+psycopg://x:x@127.0.0.1:{silent}/x", {"objects": silent_store.check}
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
    release, begun = threading.Event(), []

    def hanging() -> str | None:
        begun.append(1)
        release.wait(20)
        return None

    asked = Readiness(Flask("x"), needs={"slow": hanging}, reports={"quick": lambda: None}, timeout=0.05)
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
    app, db = Flask("services.idle"), Database()
    EventTables(db)
    url = f"postgresql+psycopg://x:x@127.0.0.1:{silent}/x"
    app.extensions["portail"] = settings(url)
    db.connect(app, url)
    worker = Worker(app, Handlers("idle"))
    live, ready = health(worker, "live"), health(worker, "ready")
    assert (live.status_code, live.json()) == (200, {"status": "ok", "checks": {"threads": "ok"}})
    assert ready.status_code == 503
    assert ready.json()["checks"] == {"threads": "ok", "database": "no answer", "broker": "ok"}


ROOT = Path(__file__).resolve().parents[2]


def probed(**environ: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "services.chassis.process.probe"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **environ}, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("reason", "status", "said"),
    [(None, 0, ""), ("OperationalError", 1, "503 database=OperationalError mail=x\n")],
    ids=["ready, although what it only reports is away", "not ready"],
)
def test_a_process_that_is_not_ready_says_what_is_missing_on_one_line(
    reason: str | None, status: int, said: str
) -> None:
    app = Flask("probed")
    health_pages.register(app, Readiness(app, needs={"database": lambda: reason}, reports={"mail": lambda: "x"}))
    with serving(app) as server:
        for environ in ({"BIND": f"0.0.0.0:{server.port}"}, {"WORKER_PORT": str(server.port)}):
            assert probed(**environ) == (status, said)


def test_a_process_that_does_not_listen_is_not_ready() -> None:
    assert probed(BIND=f"0.0.0.0:{free_port()}") == (1, "no answer: ConnectionRefusedError\n")


@pytest.mark.parametrize(
    ("environ", "port"),
    [
        ({}, 8000),
        ({"BIND": "0.0.0.0:8080"}, 8080),
        ({"BIND": "[::]:8081", "WORKER_PORT": "0"}, 8081),
        ({"BIND": "0.0.0.0:8080", "WORKER_PORT": "9000"}, 9000),
        ({"BIND": "unix:/run/x"}, 8000),
    ],
)
def test_the_port_is_the_one_that_the_process_listens_on(environ: dict[str, str], port: int) -> None:
    assert probe.port_of(environ) == port
