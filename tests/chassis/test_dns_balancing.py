"""Calls between processes while a service has several replicas: each gets its share, and one may stop at any time."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.http.connections import get_once
from services.chassis.process.probe import LIVE
from tests.support.ports import free_port

NAME = "service.test"
TAKEN_UP = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_WORD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


class Replica:
    """A server by hand: keeps connections, notes requests, and breaks off without a word when `answers` says so; or
    with « 100 Continue », where `takes_up` and the caller expects it."""

    def __init__(self, address: str, port: int, answers: Callable[[Replica, int], bool]) -> None:
        self.address = address
        self.takes_up = False
        self.requests: list[tuple[str, bytes]] = []
        self._answers = answers
        self._listener = socket.create_server((address, port))
        self._accepted: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """As a process that ends: nobody listens any more, and what was kept is closed."""
        for connection in (self._listener, *self._accepted):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._accepted.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        number = 0
        with suppress(ConnectionError), connection, connection.makefile("rb") as lines:  # stopped, or its caller gone
            while head := lines.readline():
                length, expects = 0, False
                while (line := lines.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                    expects = expects or name.lower() == b"expect"
                method, path, _ = head.decode().split(" ", 2)
                if path == LIVE:  # asked on the connection on which something follows at once
                    connection.sendall(LAST_WORD)
                    continue
                self.requests.append((method, lines.read(length)))
                number += 1
                if expects and self.takes_up:
                    connection.sendall(TAKEN_UP)
                if not self._answers(self, number):
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                connection.sendall(LAST_WORD)


@dataclass(frozen=True)
class Service:
    """Replicas on 127.0.0.1, 127.0.0.2 … behind one name, which the resolver always gives in that order."""

    url: str
    replicas: list[Replica]

    @property
    def methods(self) -> list[str]:
        return [method for replica in self.replicas for method, _ in replica.requests]


def resolve_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    """NAME has these addresses, given in that order."""
    real = socket.getaddrinfo

    def resolve(host: Any, asked: Any, *args: Any, **options: Any) -> list[Any]:
        if host != NAME:
            return real(host, asked, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, asked)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Service]]:
    port = free_port()
    service = Service(f"http://{NAME}:{port}", [])
    addresses: list[str] = []

    def start(number: int, answers: Callable[[Replica, int], bool] = lambda *_: True) -> Service:
        addresses.extend(f"127.0.0.{last}" for last in range(1, number + 1))
        service.replicas.extend(Replica(address, port, answers) for address in addresses)
        return service

    resolve_to(monkeypatch, addresses)
    yield start
    for replica in service.replicas:
        replica.stop()


def first_of_each_connection(replica: Replica, number: int) -> bool:
    """As a replica that has just stopped: what comes on a connection that it kept is not answered any more."""
    return number == 1


def test_every_replica_gets_calls(started: Callable[..., Service]) -> None:
    service = started(2)
    for _ in range(40):
        Client(service.url).get("/")
    assert all(len(replica.requests) >= 5 for replica in service.replicas)


@pytest.mark.parametrize(("method", "options"), [("GET", {}), ("POST", {"json": {}})])
def test_calls_that_follow_each_other_share_a_connection(
    started: Callable[..., Service], method: str, options: dict[str, Any]
) -> None:
    service = started(2)
    client = Client(service.url)
    for replica in service.replicas:
        replica.takes_up = True
    for _ in range(5):
        client.send(method, "/", **options)
    assert sorted(len(replica.requests) for replica in service.replicas) == [0, 5]


def test_nobody_notices_that_a_replica_has_stopped(started: Callable[..., Service]) -> None:
    service = started(2)
    clients = [Client(service.url) for _ in range(10)]
    for client in clients:
        client.get("/")
    service.replicas[0].stop()
    for client in clients:
        assert client.get("/") == {}
        assert client.post("/", json={}) == {}
        assert client.put("/", json={}) == {}
        assert client.delete("/") == {}
        assert get_once(f"{service.url}/", 5).json() == {}


def test_where_no_replica_is_left_the_service_is_away(started: Callable[..., Service]) -> None:
    service = started(2)
    for replica in service.replicas:
        replica.stop()
    with pytest.raises(Unavailable):
        Client(service.url).get("/")


@pytest.mark.parametrize(("method", "options"), [("GET", {}), ("PUT", {}), ("POST", {"json": {"once": True}})])
def test_what_nobody_took_up_on_a_connection_given_up_is_sent_again(
    started: Callable[..., Service], method: str, options: dict[str, Any]
) -> None:
    service = started(1, first_of_each_connection)
    client = Client(service.url)
    client.get("/")
    assert client.send(method, "/", **options).json() == {}
    assert service.methods == ["GET", method, method]


def test_a_file_is_sent_again_from_where_it_began(started: Callable[..., Service]) -> None:
    service = started(1, first_of_each_connection)
    client, file = Client(service.url), io.BytesIO(b"%skipped%" + b"page" * 50_000)
    file.seek(len("%skipped%"))
    client.get("/")
    client.send("PUT", "/", data=file, headers={"Content-Length": "200000"})
    assert [body for _, body in service.replicas[0].requests] == [b"", b"page" * 50_000, b"page" * 50_000]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_has_no_body_to_hold_back_never_meets_a_connection_given_up(
    started: Callable[..., Service], method: str
) -> None:
    service = started(1, first_of_each_connection)
    client = Client(service.url)
    for _ in range(3):
        client.send(method, "/")
    assert service.methods == [method] * 3


def test_a_post_that_was_taken_up_is_not_sent_again(started: Callable[..., Service]) -> None:
    service = started(1, first_of_each_connection)
    service.replicas[0].takes_up = True
    client = Client(service.url)
    client.get("/")
    with pytest.raises(Unavailable):
        client.post("/", json={"once": True})
    assert service.methods == ["GET", "POST"]


def test_what_its_server_has_closed_is_left_aside_without_a_word(started: Callable[..., Service]) -> None:
    service = started(2)
    client = Client(service.url)
    client.get("/")
    (met,) = (replica for replica in service.replicas if replica.requests)
    met.stop()
    with capture_logs() as logs:
        client.post("/", json={})
    assert logs == []


@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("POST", 1)])
def test_what_is_never_answered_is_sent_twice_at_most_and_a_post_once(
    started: Callable[..., Service], method: str, times: int
) -> None:
    service = started(1, lambda *_: False)
    with pytest.raises(Unavailable):
        Client(service.url).send(method, "/")
    assert service.methods == [method] * times


def test_a_slow_answer_is_not_asked_for_twice(started: Callable[..., Service]) -> None:
    silence = threading.Event()
    service = started(1, lambda *_: silence.wait(20))
    with pytest.raises(Unavailable):
        Client(service.url).get("/", seconds=0.2)
    silence.set()
    assert service.methods == ["GET"]


def test_a_replica_that_does_not_even_refuse_is_passed_over(started: Callable[..., Service]) -> None:
    service = started(2)
    service.replicas[0].stop()
    port = int(service.url.rpartition(":")[2])
    with ExitStack() as stack:
        stack.enter_context(socket.create_server(("127.0.0.1", port), backlog=0))
        for _ in range(3):  # its queue is full: the kernel drops whoever asks
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        for _ in range(8):
            assert Client(service.url).get("/", seconds=5.0) == {}
    assert service.methods == ["GET"] * 8
