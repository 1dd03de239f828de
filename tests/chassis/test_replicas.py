"""Calls between processes while a service has several replicas: each gets its share, and one may
stop at any time."""

import gc
import json
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial

import pytest

from services.chassis.errors import Unavailable
from services.chassis.http import sessions
from services.chassis.http.call import Call
from services.chassis.http.client import Client
from services.chassis.http.sessions import get_once
from services.chassis.process.probe import LIVE
from tests.chassis.resolved_names import NAME, resolve_to
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer

ASKED = f"GET {LIVE}"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"
LAST = OK.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
Answers = Callable[["Replica", int], bool]


class Replica(SilentServer):
    """Keeps connections, and breaks off without a word when `answers` (by the number of a
    connection's request) says so; with `stops_when_asked` its last answer is that it is alive, and
    nobody listens afterwards."""

    stops_when_asked = False

    def __init__(self, address: str, port: int, answers: Answers) -> None:
        super().__init__(address, port)
        self.respond = self._answer
        self._answers = answers
        self._numbers = defaultdict[socket.socket, int](int)

    @property
    def methods(self) -> list[str]:
        """Of its requests, but for the question whether it is alive."""
        return [line.partition(" ")[0] for line in self.requests if line != ASKED]

    def _answer(self, connection: socket.socket, line: str) -> None:
        if line == ASKED and self.stops_when_asked:
            self._listener.shutdown(socket.SHUT_RDWR)
            connection.sendall(LAST)
            connection.shutdown(socket.SHUT_RDWR)
            return
        self._numbers[connection] += line != ASKED
        if line == ASKED or self._answers(self, self._numbers[connection]):
            connection.sendall(OK)
        else:
            connection.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Service:
    """Replicas on 127.0.0.1, 127.0.0.2 … behind one name, which the resolver always gives in that
    order."""

    url: str
    replicas: list[Replica]

    @property
    def methods(self) -> list[str]:
        return [method for replica in self.replicas for method in replica.methods]


Start = Callable[..., Service]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    port = free_port()
    service = Service(f"http://{NAME}:{port}", [])
    addresses: list[str] = []

    def start(number: int, answers: Answers = lambda *_: True, first: int = 1) -> Service:
        for address in (f"127.0.0.{last}" for last in range(first, first + number)):
            service.replicas.append(Replica(address, port, answers))
            addresses.append(address)
        return service

    resolve_to(monkeypatch, addresses)
    yield start
    for replica in service.replicas:
        replica.stop()


def first_of_each_connection(replica: Replica, number: int) -> bool:
    """As a replica that has just stopped: what comes on a connection that it kept is not answered
    any more."""
    return number == 1


def test_reads_share_a_connection_until_it_is_old(
    started: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    [replica] = started(1).replicas
    client = Client(f"http://{NAME}:{replica.port}")
    for _ in range(5):
        client.send(Call("GET", "/"))
    assert len(replica.connections) == 1
    monkeypatch.setattr(sessions, "LIFE_SECONDS", -1.0)
    client = Client(f"http://{NAME}:{replica.port}")
    for number in range(3):
        client.send(Call("GET", "/"))
        assert len(replica.connections) == 2 + number
    gc.collect()  # nobody uses them any more
    wait_until(lambda: replica.closed >= 2, 20, "old connections are closed")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_each_write_has_a_connection_that_no_server_has_had_the_time_to_close(
    started: Start, method: str
) -> None:
    service = started(1, first_of_each_connection)
    client = Client(service.url)
    client.send(Call("GET", "/"))
    for _ in range(3):
        client.send(Call(method, "/", json={"once": True}))
    client.send(Call("GET", "/"))
    assert service.methods == ["GET", *[method] * 3, "GET", "GET"], (
        "a read on a connection given up is sent again"
    )


def test_a_replica_that_is_added_gets_reads_and_writes(
    started: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = started(1)
    kept = sessions.Sessions(service.url)
    client = Client(kept)
    client.send(Call("GET", "/"))
    started(1, first=2)
    monkeypatch.setattr(kept, "_until", 0.0)  # as after LIFE_SECONDS
    for _ in range(20):
        client.send(Call("GET", "/"))
        client.send(Call("POST", "/", json={}))
    assert set(service.replicas[1].methods) == {"GET", "POST"}


def test_while_replicas_come_and_go_no_read_fails_and_no_write_is_doubled(started: Start) -> None:
    """Writes may be refused: one that was on its way to a replica that goes. Whatever is answered
    was done once."""
    service = started(3)
    over = threading.Event()
    client = Client(service.url, page_seconds=20.0, at_once=16)
    written: list[str] = []

    def reads() -> None:
        while not over.is_set():
            assert client.send(Call("GET", "/")).json() == {}

    def writes(writer: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            with suppress(Unavailable):
                client.send(Call("POST", "/", json={"write": f"{writer}-{number}"}))
                written.append(f"{writer}-{number}")

    def goes_on(begun: int) -> bool:
        return len(written) > begun + 50

    with ThreadPoolExecutor(8) as pool:
        load = [pool.submit(reads) for _ in range(4)] + [
            pool.submit(writes, writer) for writer in range(4)
        ]
        try:
            for going in (0, 1):
                begun = len(written)
                wait_until(partial(goes_on, begun), 60, "writes")
                service.replicas[going].stop()
                started(1, first=4 + going)
            begun = len(written)
            wait_until(partial(goes_on, begun), 60, "writes")
        finally:
            over.set()
        for each in load:
            each.result()
    done = Counter(
        json.loads(body)["write"] for replica in service.replicas for body in replica.bodies if body
    )
    assert set(written) <= set(done)
    assert set(done.values()) == {1}


@pytest.mark.parametrize("replicas", [2, 3])
def test_nobody_notices_that_all_replicas_but_one_have_stopped(
    started: Start, replicas: int
) -> None:
    service = started(replicas)
    clients = [Client(service.url) for _ in range(10)]
    for client in clients:
        client.send(Call("GET", "/"))
    for replica in service.replicas[1:]:
        replica.stop()
    for client in clients:
        assert client.send(Call("GET", "/")).json() == {}
        assert client.send(Call("POST", "/", json={})).json() == {}
        assert client.send(Call("PUT", "/", json={})).json() == {}
        assert client.send(Call("DELETE", "/")).json() == {}
        assert get_once(f"{service.url}/", 5).json() == {}


def test_no_write_goes_to_a_replica_that_stops_while_it_is_asked(started: Start) -> None:
    service = started(4)
    for replica in service.replicas[1:]:
        replica.stops_when_asked = True
    for _ in range(20):
        assert Client(service.url).send(Call("POST", "/", json={})).json() == {}
    assert [len(replica.methods) for replica in service.replicas] == [20, 0, 0, 0]


@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("POST", 1), ("PUT", 1)])
def test_what_is_never_answered_is_sent_twice_at_most_and_a_write_once(
    started: Start, method: str, times: int
) -> None:
    service = started(1, lambda *_: False)
    with pytest.raises(Unavailable):
        Client(service.url).send(Call(method, "/"))
    assert service.methods == [method] * times


def test_a_slow_answer_is_not_asked_for_twice(started: Start) -> None:
    silence = threading.Event()
    service = started(1, lambda *_: silence.wait(20))
    with pytest.raises(Unavailable):
        Client(service.url).send(Call("GET", "/", seconds=0.2))
    silence.set()
    assert service.methods == ["GET"]


def test_a_replica_that_does_not_even_refuse_is_passed_over(started: Start) -> None:
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
            assert Client(service.url).send(Call("GET", "/", seconds=3.0)).json() == {}
    assert service.methods == ["GET"] * 8
