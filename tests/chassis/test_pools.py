"""What `/metrics` says of bounded pools: their places, those taken, and whom they turned away."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from prometheus_client import REGISTRY

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.process import capacity
from services.chassis.process.capacity import Limit
from services.chassis.web import request_log
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer


def shown(metric: str, pool: str) -> float | None:
    return REGISTRY.get_sample_value(metric, {"pool": pool})


def test_a_limit_shows_who_runs_and_who_waits_and_counts_who_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Limit("tested_limit", running=1, waiting=1)
    assert [shown(metric, "tested_limit") for metric in METRICS] == [2, 0, 0]
    monkeypatch.setattr(capacity, "QUEUE_SECONDS", 60.0)
    ended = threading.Event()

    def work() -> None:
        with limit.place():
            assert ended.wait(60)

    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(work) for _ in range(2)]
        wait_until(lambda: shown("pool_in_use", "tested_limit") == 2, 60, "one that runs and one that waits")
        with pytest.raises(Unavailable), limit.place():
            pass
        ended.set()
        assert [each.result() for each in both] == [None, None]
    assert [shown(metric, "tested_limit") for metric in METRICS] == [2, 0, 1]


METRICS = ("pool_size", "pool_in_use", "pool_refused_total")


def test_calls_to_a_service_are_a_pool() -> None:
    with SilentServer() as server:
        server.answers({})
        client = Client(server.url, "tested", at_once=1, queue_seconds=0.0)
        with client.send("GET", "/", stream=True):
            assert shown("pool_in_use", "calls_to_tested") == 1
            with pytest.raises(Unavailable):
                client.send("GET", "/")
    assert [shown(metric, "calls_to_tested") for metric in METRICS] == [1, 0, 1]


def test_requests_under_way_are_a_pool_and_give_their_threads_back_also_after_an_error() -> None:
    app = Flask("tested")
    request_log.register(app, "tested", threads=3)
    during: list[float | None] = []

    @app.get("/fails")
    def fails() -> str:
        during.append(shown("pool_in_use", "requests"))
        raise RuntimeError

    assert app.test_client().get("/fails").status_code == 500
    assert during == [1]
    assert [shown("pool_size", "requests"), shown("pool_in_use", "requests")] == [3, 0]
