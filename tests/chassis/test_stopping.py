"""A web process that is told to stop: it finishes what it has, hears who has come, and sends others on at once."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from tests.chassis.served_module import served
from tests.support.ports import is_listening
from tests.support.processes import Daemon, wait_until

BODY = b"x" * 400_000
UPLOAD = b"POST /taken HTTP/1.1\r\nHost: site\r\nContent-Type: multipart/form-data; boundary=y\r\n"
HOME = b"GET / HTTP/1.1\r\nHost: site\r\n\r\n"
STOP_SECONDS = 60.0


@dataclass
class Site:
    """The small site of tests.chassis.site."""

    port: int
    daemon: Daemon
    opened: ExitStack = field(default_factory=ExitStack)

    def connects(self) -> socket.socket:
        return self.opened.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=10))

    def send_sigterm(self) -> None:
        os.kill(self.daemon.pid, signal.SIGTERM)

    def uploads(self) -> socket.socket:
        """The head and half of the body."""
        connection = self.connects()
        connection.sendall(UPLOAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY[: len(BODY) // 2])
        return connection


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that has answered once."""
    for running in started():
        with running.connects() as connection:
            connection.sendall(HOME)
            assert answer(connection) == b"HTTP/1.1 200 OK"
        yield running


@pytest.fixture
def starting() -> Iterator[Site]:
    """A site whose worker has not yet made its application."""
    yield from started(START_SECONDS="1")


def started(**environment: str) -> Iterator[Site]:
    with served("tests.chassis.site", THREADS="4", **environment) as running:
        site = Site(running.port, running.daemon)
        with site.opened:
            yield site


def test_an_upload_goes_on_to_its_end_while_others_are_sent_to_another_replica(site: Site) -> None:
    upload = site.uploads()
    site.send_sigterm()
    wait_until(lambda: not is_listening(site.port), STOP_SECONDS, "nobody is let in any more")
    assert site.daemon.running
    upload.sendall(BODY[len(BODY) // 2 :])
    assert answer(upload) == b"HTTP/1.1 200 OK"
    wait_until(lambda: not site.daemon.running, STOP_SECONDS, "the process ends")


def test_whoever_came_before_the_stop_is_answered(site: Site) -> None:
    """Those who have not said anything yet, and those whom the server had no time to let in."""
    upload = site.uploads()
    came = [site.connects() for _ in range(50)]
    site.send_sigterm()
    wait_until(lambda: not is_listening(site.port), STOP_SECONDS, "nobody is let in any more")
    for connection in came:
        connection.sendall(HOME)
    for connection in came:
        assert answer(connection) == b"HTTP/1.1 200 OK"
        connection.close()
    upload.close()
    wait_until(lambda: not site.daemon.running, STOP_SECONDS, "the process ends")


def test_whoever_comes_and_says_nothing_keeps_no_process_from_its_end(site: Site) -> None:
    """It takes the five seconds for which gunicorn waits for who says nothing."""
    silent = [site.connects() for _ in range(3)]
    site.send_sigterm()
    wait_until(lambda: not site.daemon.running, STOP_SECONDS, "the process ends")
    assert {connection.recv(1) for connection in silent} == {b""}


def test_a_process_that_is_told_while_it_starts_hears_it(starting: Site) -> None:
    upload = starting.uploads()
    starting.send_sigterm()
    wait_until(lambda: not is_listening(starting.port), STOP_SECONDS, "nobody is let in any more")
    upload.sendall(BODY[len(BODY) // 2 :])
    assert answer(upload) == b"HTTP/1.1 200 OK"
    wait_until(lambda: not starting.daemon.running, STOP_SECONDS, "the process ends")


def answer(connection: socket.socket) -> bytes:
    """The status line."""
    with connection.makefile("rb") as lines:
        return lines.readline().rstrip(b"\r\n")
