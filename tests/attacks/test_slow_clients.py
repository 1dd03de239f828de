"""Clients that send little, late or nothing more: whatever they do, others are answered at once."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.support.ports import free_port, is_listening
from tests.support.processes import Daemon, PrivateFolder, wait_until

ROOT = Path(__file__).parents[2]
THREADS = 4
MANY = 40
HEAD = b"POST /taken HTTP/1.1\r\nHost: site\r\n"
FORM = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\na="
FILE = HEAD + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 90000\r\n\r\n--x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    number = free_port()
    folder = PrivateFolder("slow-clients")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BIND": f"127.0.0.1:{number}", "THREADS": str(THREADS)}
    daemon = Daemon("site", [sys.executable, "-m", "tests.attacks.site"], folder, env)
    daemon.start()
    daemon.wait_ready(lambda: is_listening(number))
    yield number
    daemon.stop()
    folder.remove()


@contextmanager
def clients(port: int, first: bytes) -> Iterator[list[socket.socket]]:
    """Many clients that have sent `first` and then say nothing more."""
    with ExitStack() as held:
        opened = [held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10)) for _ in range(MANY)]
        for one in opened:
            one.sendall(first)
        yield opened


@pytest.mark.parametrize("first", [b"", b"GET / HT", HEAD, FORM, FILE, CHUNKED, b"GET / HTTP/1.1\r\n\r\nGET / HT"])
def test_many_half_sent_requests_keep_nobody_waiting(port: int, first: bytes) -> None:
    with clients(port, first):
        for _ in range(3):
            assert requests.get(f"http://127.0.0.1:{port}/", timeout=3).text == "home"


def test_clients_that_do_not_hang_up_keep_nobody_waiting(port: int) -> None:
    with clients(port, b"GET / HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n") as opened:
        assert all(b"home" in everything(one) for one in opened)
        before = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=3).text == "home"
        assert time.monotonic() - before < 1.5


def test_a_body_in_two_halves_counts_from_its_head(port: int) -> None:
    body = b"x" * 900
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(HEAD + b"Content-Length: 900\r\nConnection: close\r\n\r\n" + body[:10])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as other:  # a turn of the server in between
            other.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            assert b"home" in everything(other)
        one.sendall(body[10:])
        size, seconds = everything(one).rpartition(b"\r\n")[2].split()
    assert size == b"900"
    assert float(seconds) > 0


def test_a_second_request_is_not_dated_back_to_the_first(port: int) -> None:
    late = HEAD + b"Content-Length: 0\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(HEAD + b"Content-Length: 4\r\n\r\n")
        wait_until(lambda: requests.get(f"http://127.0.0.1:{port}/", timeout=3).ok, 3, "a turn of the server")
        one.sendall(b"body" + late)
        answers = everything(one)
    first, second = (answer.rpartition(b"\r\n\r\n")[2].split() for answer in answers.split(b"HTTP/1.1 200")[1:])
    assert float(second[1]) <= float(first[1])


def test_a_head_without_end_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000)
        assert everything(one).startswith(b"HTTP/1.1 431")


def everything(one: socket.socket) -> bytes:
    received = b""
    while chunk := one.recv(65536):
        received += chunk
    return received
