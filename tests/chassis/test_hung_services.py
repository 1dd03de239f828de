"""Calls to a service that accepts and stays silent: bounded, limited in number, and soon no longer made."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from prometheus_client import generate_latest

from services.chassis.errors import NotFound, Unavailable
from services.chassis.http.circuit_breaker import FAILURES_IN_A_ROW
from services.chassis.http.client import Client, ProblemAnswer, path
from services.chassis.http.service_token import ServiceToken
from services.chassis.process.probe import LIVE
from services.chassis.web.access_tokens import RemoteKeys, UnknownKey
from tests.chassis.test_replicas import NAME, resolve_to
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer

PART = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"
HELD = 60.0  # a call that takes so long was not cut


@pytest.fixture
def server() -> Iterator[SilentServer]:
    with SilentServer() as started:
        yield started


def outcome(client: Client, method: str = "GET", address: str = "/", **options: Any) -> type[Exception] | None:
    with ThreadPoolExecutor(1) as pool:
        error = pool.submit(client.send, method, address, **options).exception(HELD)
    return type(error) if isinstance(error, Exception) else None


def is_open(name: str) -> bool:
    return f'service_breaker_open{{called="{name}"}} 1.0' in generate_latest().decode()


def opened(client: Client) -> None:
    for _ in range(FAILURES_IN_A_ROW):
        assert outcome(client) is Unavailable


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", PART], ids=["at once", "head", "body"])
def test_an_answer_is_not_waited_for_for_ever_wherever_it_stops(server: SilentServer, beginning: bytes) -> None:
    server.stop_after(beginning)
    client = Client(server.url, "stopping", page_seconds=0.5)
    opened(client)
    assert is_open("stopping")
    assert server.requests == ["GET /"] * FAILURES_IN_A_ROW


def test_a_streamed_answer_that_stops_is_cut_as_well_and_so_is_a_refusal(server: SilentServer) -> None:
    client = Client(server.url)
    server.stop_after(PART)
    answer = client.send("GET", "/", stream=True, seconds=0.5)
    with ThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(lambda: list(answer.iter_content(10))).exception(HELD), OSError)
    server.stop_after(PART.replace(b"200 OK", b"404 Not Found"))
    assert outcome(client, stream=True, seconds=0.5) is Unavailable


def test_no_more_than_its_share_of_threads_waits_for_a_service(server: SilentServer) -> None:
    client = Client(server.url, page_seconds=HELD, at_once=3)
    waiting = [threading.Thread(target=outcome, args=(client,), daemon=True) for _ in range(3)]
    for thread in waiting:
        thread.start()
    wait_until(lambda: len(server.requests) == 3, HELD, "three calls under way")
    assert outcome(client) is Unavailable
    assert len(server.requests) == 3
    assert all(thread.is_alive() for thread in waiting)


def test_a_streamed_answer_holds_its_place_until_it_is_closed(server: SilentServer) -> None:
    server.answers({})
    client = Client(server.url, at_once=1, queue_seconds=0.0)
    answer = client.send("GET", "/", stream=True)
    assert outcome(client) is Unavailable
    answer.close()
    answer.close()
    assert outcome(client) is None


def test_after_some_time_outs_nobody_waits_any_more_until_it_answers_again(server: SilentServer) -> None:
    client = Client(server.url, "hung", page_seconds=0.5)
    opened(client)
    assert is_open("hung")
    asked = len(server.requests)
    assert outcome(client) is Unavailable
    assert len(server.requests) == asked
    server.answers({})
    wait_until(lambda: outcome(client) is None, HELD, "calls again")
    assert not is_open("hung")


def test_refusals_are_answers_and_say_when_to_come_back(server: SilentServer) -> None:
    server.answers({"type": "/problems/conflit", "detail": "Non."}, "409 Conflict")
    client = Client(server.url, "refusing")
    for _ in range(FAILURES_IN_A_ROW + 1):
        assert outcome(client) is ProblemAnswer
    assert not is_open("refusing")
    server.answers({"type": "/problems/indisponible", "detail": "Plus tard.", "retry_after": 3}, "503 Unavailable")
    with pytest.raises(Unavailable, match="Plus tard") as refusal:
        client.send("GET", "/")
    assert refusal.value.extra == {"retry_after": 3}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_after_a_silence_no_write_is_sent_to_who_does_not_say_that_it_is_alive(
    server: SilentServer, method: str
) -> None:
    client = Client(server.url, page_seconds=0.5)
    assert outcome(client) is Unavailable
    assert outcome(client, method, json={}) is Unavailable
    assert server.requests == ["GET /", f"GET {LIVE}"]
    server.answers({})
    assert outcome(client, method, json={}) is None
    assert server.requests[2:] == [f"GET {LIVE}", f"{method} /"]


def test_a_write_that_was_sent_may_take_longer_than_a_page(server: SilentServer) -> None:
    server.answers({})
    client, later = Client(server.url, page_seconds=0.2), threading.Event()
    client.send("GET", "/")
    answer = server.respond

    def send_slowly(connection: socket.socket, line: str) -> None:
        if line.startswith("POST"):
            later.wait(1.0)
        answer(connection, line)

    server.respond = send_slowly
    assert outcome(client, "POST", json={}) is None


@pytest.fixture
def replicas(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[SilentServer]]]:
    """Two behind one name; the first is hung."""
    port = free_port()
    resolve_to(monkeypatch, ["127.0.0.7", "127.0.0.8"])
    with SilentServer("127.0.0.7", port) as hung, SilentServer("127.0.0.8", port) as well:
        well.answers({})
        yield f"http://{NAME}:{port}", [hung, well]


def test_while_one_replica_hangs_the_other_answers_reads_and_writes(replicas: tuple[str, list[SilentServer]]) -> None:
    url, (hung, _) = replicas
    for _ in range(4):
        client = Client(url, page_seconds=3.0)
        assert outcome(client) is None
        assert outcome(client, "POST", json={}) is None
    assert not any(line.startswith("POST") for line in hung.requests)


def test_a_token_is_used_while_accounts_hangs_and_renewed_when_it_is_back(server: SilentServer) -> None:
    server.answers({"access_token": "first", "expires_in": 30.0})
    token = ServiceToken(Client(server.url, page_seconds=0.5), "gateway", "secret")
    assert token() == "first"
    server.stop_responding()
    token._token = ("first", float("-inf"), token._token[2])  # time to renew it has come
    with ThreadPoolExecutor(20) as pool:
        assert {call.result(HELD) for call in [pool.submit(token) for _ in range(20)]} == {"first"}
    assert len(server.requests) <= 3
    server.answers({"access_token": "second", "expires_in": 600.0})
    wait_until(lambda: token() == "second", HELD, "another token")


def test_without_a_token_who_waits_is_told_and_one_alone_asks(server: SilentServer) -> None:
    token = ServiceToken(Client(server.url, page_seconds=1.0), "gateway", "secret")
    with ThreadPoolExecutor(20) as pool:
        outcomes = [pool.submit(token) for _ in range(20)]
        assert {type(call.exception(HELD)) for call in outcomes} == {Unavailable}
    assert sum(line.startswith("POST") for line in server.requests) <= 1 + FAILURES_IN_A_ROW


def test_keys_once_fetched_verify_while_accounts_hangs_and_an_unknown_one_costs_one_call(server: SilentServer) -> None:
    public = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "known"}
    server.answers({"keys": [public]})
    keys = RemoteKeys(server.url)
    assert keys("known")
    for _ in range(5):
        with pytest.raises(UnknownKey):
            keys("unknown")
    assert len(server.requests) == 1
    server.stop_responding()
    with ThreadPoolExecutor(20) as pool:
        strangers = [pool.submit(keys, "unknown") for _ in range(10)]
        assert pool.submit(keys, "known").result(HELD)
        assert {type(call.exception(HELD)) for call in strangers} <= {UnknownKey, Unavailable}


def test_ids_go_into_paths_quoted() -> None:
    assert path("/v1/x/{}/y/{}", "a/b?c#d", 3) == "/v1/x/a%2Fb%3Fc%23d/y/3"
    for impossible in ("", ".", ".."):
        with pytest.raises(NotFound):
            path("/v1/x/{}", impossible)
