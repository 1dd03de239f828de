"""Connections kept to a server as every web process runs it: nothing is done twice, and its leaving loses nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.web.gunicorn_server import LEAST_CONNECTIONS, connection_count
from tests.chassis.served_module import ServedModule, served
from tests.support.processes import wait_until

SECONDS = 30.0


def writes_of(site: ServedModule) -> int:
    """How many it has done for the test at hand."""
    return len((site.folder / "writes").read_bytes())


@pytest.fixture(scope="module")
def one_site() -> Iterator[ServedModule]:
    with served("tests.chassis.sites", "plain", WRITES_FILE="writes", THREADS=str(LEAST_CONNECTIONS)) as running:
        yield running


@pytest.fixture
def site(one_site: ServedModule) -> ServedModule:
    """It runs, whatever the test before did with it."""
    one_site.start()
    (one_site.folder / "writes").unlink(missing_ok=True)
    return one_site


@pytest.fixture
def client(site: ServedModule) -> Client:
    """It has a connection that it has kept."""
    client = Client(site.url, page_seconds=SECONDS)
    client.send("POST", "/writes", json={})
    return client


@pytest.mark.parametrize("size", [10, 900_000, 30_000_000], ids=["small", "large", "still leaving"])
def test_a_deed_whose_server_dies_of_it_is_not_done_again(site: ServedModule, client: Client, size: int) -> None:
    with pytest.raises(Unavailable):
        client.send("POST", "/writes/last", json={"text": "x" * size})
    wait_until(lambda: client.send("GET", "/") is not None, SECONDS, "another takes its place")
    assert writes_of(site) == 2


def test_who_comes_back_to_a_server_that_was_started_again_notices_nothing(site: ServedModule, client: Client) -> None:
    site.daemon.stop()
    site.start()
    client.send("POST", "/writes", json={})
    assert writes_of(site) == 2


def test_whatever_leaves_while_a_server_stops_is_done_once_or_was_refused(site: ServedModule, client: Client) -> None:
    """Many at once, until nobody listens any more: who was answered was served, and nobody twice."""
    answered = []

    def again_and_again() -> None:
        try:
            while True:
                client.send("POST", "/writes", json={})
                answered.append(True)
        except Unavailable:
            return

    threads = [threading.Thread(target=again_and_again, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answered) > 50, SECONDS, "they are at it")
    os.kill(site.daemon.pid, signal.SIGTERM)
    for thread in threads:
        thread.join(SECONDS)
    assert len(answered) == writes_of(site) - 1
    wait_until(lambda: not site.daemon.running, SECONDS, "the process ends")


def test_a_connection_is_kept_however_many_threads_operators_give(site: ServedModule) -> None:
    """The site has as many as there are connections at least."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=SECONDS)
    connection.request("GET", "/")
    assert connection.getresponse().getheader("Connection") != "close"


@pytest.mark.parametrize("threads", [1, 256, 257, 1024])
def test_as_many_connections_wait_as_threads_answer(threads: int) -> None:
    assert connection_count(threads, files=1_000_000) >= 2 * threads
