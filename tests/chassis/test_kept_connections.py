"""Connections kept to a server as every web process runs it: nothing is done twice, and its leaving loses nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.web.gunicorn_server import LEAST_CONNECTIONS
from tests.chassis.served_module import ServedModule, served
from tests.support.processes import Daemon, wait_until

SECONDS = 30.0


@dataclass(frozen=True)
class Site:
    """The small site of tests.chassis.site; `writes` is how many it has done for the test at hand."""

    served: ServedModule

    @property
    def daemon(self) -> Daemon:
        return self.served.daemon

    @property
    def _writes(self) -> Path:
        return self.served.folder / "writes"

    @property
    def writes(self) -> int:
        return len(self._writes.read_bytes()) if self._writes.exists() else 0

    def forget_writes(self) -> None:
        self._writes.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def one_site() -> Iterator[Site]:
    with served("tests.chassis.site", WRITES_FILE="writes", THREADS=str(LEAST_CONNECTIONS)) as running:
        yield Site(running)


@pytest.fixture
def site(one_site: Site) -> Site:
    """It runs, whatever the test before did with it."""
    one_site.served.start()
    one_site.forget_writes()
    return one_site


@pytest.fixture
def client(site: Site) -> Client:
    """It has a connection that it has kept."""
    client = Client(site.served.url, page_seconds=SECONDS)
    client.post("/writes", json={})
    return client


@pytest.mark.parametrize("size", [10, 900_000, 30_000_000], ids=["small", "large", "still leaving"])
def test_a_deed_whose_server_dies_of_it_is_not_done_again(site: Site, client: Client, size: int) -> None:
    with pytest.raises(Unavailable):
        client.post("/writes/last", json={"text": "x" * size})
    wait_until(lambda: client.call("GET", "/") is not None, SECONDS, "another takes its place")
    assert site.writes == 2


def test_who_comes_back_to_a_server_that_was_started_again_notices_nothing(site: Site, client: Client) -> None:
    site.daemon.stop()
    site.served.start()
    client.post("/writes", json={})
    assert site.writes == 2


def test_whatever_leaves_while_a_server_stops_is_done_once_or_was_refused(site: Site, client: Client) -> None:
    """Many at once, until nobody listens any more: who was answered was served, and nobody twice."""
    answered = []

    def again_and_again() -> None:
        try:
            while True:
                client.post("/writes", json={})
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
    assert len(answered) == site.writes - 1
    wait_until(lambda: not site.daemon.running, SECONDS, "the process ends")


def test_a_connection_is_kept_however_many_threads_operators_give(site: Site) -> None:
    """The site has as many as there are connections at least."""
    connection = HTTPConnection("127.0.0.1", site.served.port, timeout=SECONDS)
    connection.request("GET", "/")
    assert connection.getresponse().getheader("Connection") != "close"
