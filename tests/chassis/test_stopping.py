"""A web process that is told to stop finishes what it has and hears who has come; kept connections lose nothing."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.web.gunicorn_server import LEAST_CONNECTIONS
from tests.chassis.served_module import ServedModule, served
from tests.support.ports import is_listening
from tests.support.processes import wait_until

BODY = b"x" * 400_000
UPLOAD = b"POST /taken HTTP/1.1\r\nHost: site\r\nContent-Type: multipart/form-data; boundary=y\r\n"
HOME = b"GET / HTTP/1.1\r\nHost: site\r\n\r\n"
STOP_SECONDS = 60.0


class Site:
    def __init__(self, running: ServedModule, opened: ExitStack) -> None:
        self.port, self.daemon, self._opened = running.port, running.daemon, opened

    def connects(self) -> socket.socket:
        return self._opened.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=10))

    def uploads(self) -> socket.socket:
        """The head and half of the body."""
        connection = self.connects()
        connection.sendall(UPLOAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY[: len(BODY) // 2])
        return connection

    def is_told_to_stop(self) -> None:
        """Who has not come by the end of this is sent to another replica."""
        os.kill(self.daemon.pid, signal.SIGTERM)
        wait_until(lambda: not is_listening(self.port), STOP_SECONDS, "nobody is let in any more")

    def ends(self) -> None:
        wait_until(lambda: not self.daemon.running, STOP_SECONDS, "the process ends")


@pytest.fixture
def site() -> Iterator[Site]:
    for running in started():
        with running.connects() as connection:
            connection.sendall(HOME)
            assert answer(connection) == b"HTTP/1.1 200 OK"
        yield running


@pytest.fixture
def starting() -> Iterator[Site]:
    yield from started(START_SECONDS="1")


def started(**environment: str) -> Iterator[Site]:
    with served("tests.chassis.sites", "plain", THREADS="4", **environment) as running, ExitStack() as opened:
        yield Site(running, opened)


def test_an_upload_goes_on_to_its_end_while_others_are_sent_to_another_replica(site: Site) -> None:
    upload = site.uploads()
    site.is_told_to_stop()
    assert site.daemon.running
    upload.sendall(BODY[len(BODY) // 2 :])
    assert answer(upload) == b"HTTP/1.1 200 OK"
    site.ends()


def test_whoever_came_before_the_stop_is_answered(site: Site) -> None:
    """Those who have not said anything yet, and those whom the server had no time to let in."""
    upload = site.uploads()
    came = [site.connects() for _ in range(50)]
    site.is_told_to_stop()
    for connection in came:
        connection.sendall(HOME)
    for connection in came:
        assert answer(connection) == b"HTTP/1.1 200 OK"
        connection.close()
    upload.close()
    site.ends()


def test_whoever_comes_and_says_nothing_keeps_no_process_from_its_end(site: Site) -> None:
    """It takes the five seconds for which gunicorn waits for who says nothing."""
    silent = [site.connects() for _ in range(3)]
    site.is_told_to_stop()
    site.ends()
    assert {connection.recv(1) for connection in silent} == {b""}


def test_a_process_that_is_told_while_it_starts_hears_it(starting: Site) -> None:
    upload = starting.uploads()
    starting.is_told_to_stop()
    upload.sendall(BODY[len(BODY) // 2 :])
    assert answer(upload) == b"HTTP/1.1 200 OK"
    starting.ends()


def answer(connection: socket.socket) -> bytes:
    """The status line."""
    with connection.makefile("rb") as lines:
        return lines.readline().rstrip(b"\r\n")


SECONDS = 30.0


@pytest.fixture
def keeping() -> Iterator[ServedModule]:
    with served("tests.chassis.sites", "plain", WRITES_FILE="writes", THREADS=str(LEAST_CONNECTIONS)) as running:
        yield running


def test_whatever_leaves_while_a_server_stops_is_done_once_or_was_refused(keeping: ServedModule) -> None:
    """Many at once, until nobody listens any more: who was answered was served, and nobody twice."""
    client, answered = Client(keeping.url, page_seconds=SECONDS), list[bool]()

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
    os.kill(keeping.daemon.pid, signal.SIGTERM)
    for thread in threads:
        thread.join(SECONDS)
    assert len(answered) == len((keeping.folder / "writes").read_bytes())
    wait_until(lambda: not keeping.daemon.running, SECONDS, "the process ends")


def test_a_connection_is_kept_however_many_threads_operators_give(keeping: ServedModule) -> None:
    """The site has as many as there are connections at least."""
    connection = HTTPConnection("127.0.0.1", keeping.port, timeout=SECONDS)
    connection.request("GET", "/")
    assert connection.getresponse().getheader("Connection") != "close"
