"""What `/metrics` says of bounded pools: their places, those taken, and whom they turned away."""

import pytest
from flask import Flask
from prometheus_client import REGISTRY

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.web import request_log
from tests.support.silent_server import SilentServer


def shown(metric: str, pool: str) -> float | None:
    return REGISTRY.get_sample_value(metric, {"pool": pool})


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
