"""Connections kept to a server as every web process runs it: nothing is done twice, and its leaving loses nothing."""

import os
import signal
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.web.gunicorn_server import LEAST_CONNECTIONS
from tests.chassis.served_module import ServedModule, served
from tests.support.processes import wait_until

SECONDS = 30.0


@pytest.fixture
def site() -> Iterator[ServedModule]:
    with served("tests.chassis.sites", "plain", WRITES_FILE="writes", THREADS=str(LEAST_CONNECTIONS)) as running:
        yield running


def test_whatever_leaves_while_a_server_stops_is_done_once_or_was_refused(site: ServedModule) -> None:
    """Many at once, until nobody listens any more: who was answered was served, and nobody twice."""
    client, answered = Client(site.url, page_seconds=SECONDS), list[bool]()

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
    assert len(answered) == len((site.folder / "writes").read_bytes())
    wait_until(lambda: not site.daemon.running, SECONDS, "the process ends")


def test_a_connection_is_kept_however_many_threads_operators_give(site: ServedModule) -> None:
    """The site has as many as there are connections at least."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=SECONDS)
    connection.request("GET", "/")
    assert connection.getresponse().getheader("Connection") != "close"
