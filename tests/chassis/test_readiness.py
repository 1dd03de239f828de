"""Probes get an honest answer in time, also while everything that a process needs is silent."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from services.chassis.database.transactions import Database
from services.chassis.process.readiness import Check, Readiness
from services.chassis.process.worker import Worker
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.tables import EventTables
from services.chassis.web.application import create_service
from services.objects import ObjectStore
from tests.chassis.events.test_channels import health
from tests.chassis.tables import settings
from tests.support.object_store import Bucket
from tests.support.processes import wait_until


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield int(listener.getsockname()[1])


def service(database_url: str, **reports: Check) -> Flask:
    return create_service("probed", settings(database_url), Database(), title="-", views=[], reports=reports)


def timed(deed: Callable[[], object]) -> float:
    begun = time.monotonic()
    deed()
    return time.monotonic() - begun


def test_a_web_process_whose_servers_are_all_silent_says_so_within_three_seconds(silent: int) -> None:
    silent_store = ObjectStore(f"s3+http://key:secret-secret@127.0.0.1:{silent}/bucket")
    app = service(f"postgresql+psycopg://x:x@127.0.0.1:{silent}/x", objects=silent_store.check)
    answers = []
    assert timed(lambda: answers.append(app.test_client().get("/health/ready"))) < 3
    assert answers[0].status_code == 503
    checks = answers[0].get_json()["checks"]
    assert checks == {"database": "no answer", "objects": "unreachable"}


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
