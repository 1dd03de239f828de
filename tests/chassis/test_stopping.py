"""A web process that is told to stop: it finishes what it has, hears who has come, and sends others on at once."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

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
