"""Calls to a service of another version, or that accepts and stays silent; accounts' keys and
tokens, verified."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import generate_latest

from deploy.containers.secret_makers import ed25519_pem
from services.accounts.signing import Signer
from services.chassis.database.transactions import Database
from services.chassis.errors import NotFound, Unauthenticated, Unavailable
from services.chassis.http.call import Call, path
from services.chassis.http.circuit_breaker import FAILURES_IN_A_ROW
from services.chassis.http.client import Client, ProblemAnswer
from services.chassis.http.service_token import ServiceToken
from services.chassis.process.probe import LIVE
from services.chassis.signing_keys import load_keys
from services.chassis.web import access_tokens
from services.chassis.web.access_tokens import (
    LEEWAY_SECONDS,
    VERIFIED_SECONDS,
    Caller,
    RemoteKeys,
    UnknownKey,
    VerifiedTokens,
    caller_of,
)
from services.chassis.web.operations import Views
from services.contracts.api.operation import PUBLIC, Operation
from tests.chassis.resolved_names import NAME, resolve_to
from tests.support.log_lines import logged_lines
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer
from tests.support.tokens import candidate_token, forged, key_of


@pytest.fixture
def server() -> Iterator[SilentServer]:
    with SilentServer() as started:
        yield started


@dataclass(frozen=True, kw_only=True)
class Line:
    label: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    number: str
    lines: tuple[Line, ...]
    notice: str | None = None


read_sheet = Operation("GET", "/v1/sheets/<sheet_id>", Sheet, "A sheet.", (PUBLIC,))
SHEET: dict[str, Any] = {"number": "02103000001", "lines": [{"label": "Nom"}]}


def test_what_a_newer_service_adds_is_passed_over_and_a_new_member_has_a_default(
    server: SilentServer,
) -> None:
    for answer in (
        SHEET,
        {**SHEET, "colour": "blue", "lines": [{"label": "Nom", "value": "DUBOIS"}]},
    ):
        server.answers(answer)
        read = Client(server.url).call(read_sheet("x"))
        assert read == Sheet(number="02103000001", lines=(Line(label="Nom"),))
    assert server.requests == ["GET /v1/sheets/x"] * 2


def test_what_is_missing_or_ill_typed_is_a_service_that_is_away_named_by_its_place_alone(
    server: SilentServer,
) -> None:
    for answer, place in (
        ({"lines": []}, "number"),
        ({**SHEET, "lines": [{"label": 7}]}, "$.lines[0].label"),
    ):
        server.answers(answer)
        with logged_lines() as logged, pytest.raises(Unavailable):
            Client(server.url).call(read_sheet("x"))
        assert place in logged[0]["reason"], place
        assert "02103000001" not in str(logged)


def test_an_operation_is_bound_to_what_takes_all_that_comes_in_and_nothing_else() -> None:
    views = Views("sheets", __name__)
    reading = Database().reading
    too_few: Callable[..., Any] = lambda transaction: SHEET  # noqa: E731
    too_many: Callable[..., Any] = lambda transaction, sheet_id, page: SHEET  # noqa: E731
    for query in (too_few, too_many):
        with pytest.raises(TypeError, match="argument"):
            views.reads(read_sheet, query, reading)
    views.reads(read_sheet, too_many, reading, page=lambda: 1)


PART = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"
HELD = 60.0  # a call that takes so long was not cut


def outcome(
    client: Client, method: str = "GET", address: str = "/", **options: Any
) -> type[Exception] | None:
    with ThreadPoolExecutor(1) as pool:
        error = pool.submit(client.send, Call(method, address, **options)).exception(HELD)
    return type(error) if isinstance(error, Exception) else None


def is_open(name: str) -> bool:
    return f'service_breaker_open{{called="{name}"}} 1.0' in generate_latest().decode()


def opened(client: Client) -> None:
    for _ in range(FAILURES_IN_A_ROW):
        assert outcome(client) is Unavailable


@pytest.mark.parametrize(
    "beginning", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", PART], ids=["at once", "head", "body"]
)
def test_an_answer_is_not_waited_for_for_ever_wherever_it_stops(
    server: SilentServer, beginning: bytes
) -> None:
    server.stop_after(beginning)
    client = Client(server.url, "stopping", page_seconds=0.5)
    opened(client)
    assert is_open("stopping")
    assert server.requests == ["GET /"] * FAILURES_IN_A_ROW


def test_a_streamed_answer_that_stops_is_cut_as_well_and_so_is_a_refusal(
    server: SilentServer,
) -> None:
    client = Client(server.url)
    server.stop_after(PART)
    answer = client.send(Call("GET", "/", stream=True, seconds=0.5))
    with ThreadPoolExecutor(1) as pool:
        assert isinstance(
            pool.submit(lambda: list(answer.iter_content(10))).exception(HELD), OSError
        )
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
    answer = client.send(Call("GET", "/", stream=True))
    assert outcome(client) is Unavailable
    answer.close()
    answer.close()
    assert outcome(client) is None


def test_after_some_time_outs_nobody_waits_any_more_until_it_answers_again(
    server: SilentServer,
) -> None:
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
    server.answers(
        {"type": "/problems/indisponible", "detail": "Plus tard.", "retry_after": 3},
        "503 Unavailable",
    )
    with pytest.raises(Unavailable, match="Plus tard") as refusal:
        client.send(Call("GET", "/"))
    assert refusal.value.extra == {"retry_after": 3}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_after_a_silence_no_write_is_sent_to_who_does_not_say_it_is_alive(
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
    client = Client(server.url, page_seconds=0.2)
    later = threading.Event()
    client.send(Call("GET", "/"))
    answer = server.respond

    def send_slowly(connection: socket.socket, line: str) -> None:
        if line.startswith("POST"):
            later.wait(1.0)
        answer(connection, line)

    server.respond = send_slowly
    assert outcome(client, "POST", json={}) is None


def test_while_one_replica_hangs_the_other_answers_reads_and_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    resolve_to(monkeypatch, ["127.0.0.7", "127.0.0.8"])
    with SilentServer("127.0.0.7", port) as hung, SilentServer("127.0.0.8", port) as well:
        well.answers({})
        for _ in range(4):
            client = Client(f"http://{NAME}:{port}", page_seconds=3.0)
            assert (outcome(client), outcome(client, "POST", json={})) == (None, None)
        assert not any(line.startswith("POST") for line in hung.requests)


def test_a_token_is_used_while_accounts_hangs_and_renewed_when_it_is_back(
    server: SilentServer,
) -> None:
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


def test_keys_once_fetched_verify_while_accounts_hangs_and_an_unknown_one_costs_one_call(
    server: SilentServer,
) -> None:
    public = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": "known",
    }
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


OLD, NEW = (load_keys(ed25519_pem())[0] for _ in range(2))


@pytest.fixture
def keys(server: SilentServer, monkeypatch: pytest.MonkeyPatch) -> RemoteKeys:
    """They may be asked for at any time, where they usually are every few seconds at most."""
    monkeypatch.setattr(access_tokens, "REFETCH_SECONDS", 0)
    server.answers(Signer([OLD]).jwks())
    return RemoteKeys(server.url)


def _knows(keys: RemoteKeys, key: Ed25519PrivateKey) -> bool:
    try:
        return keys(Signer([key]).kid) is not None
    except UnknownKey:
        return False


def test_a_key_that_is_used_for_the_first_time_is_asked_for(
    server: SilentServer, keys: RemoteKeys
) -> None:
    keys(Signer([OLD]).kid)
    server.answers(Signer([NEW, OLD]).jwks())
    for signing in (NEW, OLD, NEW):
        assert keys(Signer([signing]).kid) is not None
    assert len(server.requests) == 2


def test_a_withdrawn_key_is_dropped(
    server: SilentServer, keys: RemoteKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(Signer([OLD]).kid)
    server.answers(Signer([NEW]).jwks())
    assert keys(Signer([OLD]).kid) is not None
    monkeypatch.setattr(access_tokens, "KEYS_MAX_AGE_SECONDS", 0)
    wait_until(
        lambda: not _knows(keys, OLD), 60, "the key that is no longer published is forgotten"
    )


def is_good(token: str, tokens: VerifiedTokens) -> bool:
    try:
        return tokens.claims(token)["sub"] == "pierre"
    except Unauthenticated:
        return False


def unknown(kid: str) -> Any:
    raise UnknownKey(kid)


def test_a_token_that_was_good_is_refused_once_it_has_ended() -> None:
    token = candidate_token("pierre", exp=int(time.time()) + 2 - LEEWAY_SECONDS)
    tokens = VerifiedTokens(key_of)
    assert is_good(token, tokens)
    wait_until(lambda: not is_good(token, tokens), VERIFIED_SECONDS / 2, "its end")


def test_a_token_without_published_key_or_signature_or_of_another_purpose_is_refused() -> None:
    """Also one that was good."""
    token = candidate_token("pierre")
    tokens = VerifiedTokens(key_of)
    for published, accepted in (
        (key_of, True),
        (unknown, False),
        (lambda _: NEW.public_key(), False),
        (key_of, True),
    ):
        tokens.key_of = published
        assert is_good(token, tokens) == accepted
    assert not is_good(forged(token), tokens)
    assert not is_good(token[:-4] + "AAAA", tokens)
    with pytest.raises(Unauthenticated):
        tokens.claims(token, "registrations")


def test_a_token_that_names_no_academies_gives_none_and_all_are_written_out() -> None:
    staff = {"sub": "anne", "kind": "staff"}
    assert caller_of(staff).academies == frozenset()
    assert caller_of({**staff, "academies": []}).academies == frozenset()
    assert caller_of({**staff, "academies": ["03"]}).academies == frozenset({"03"})
    assert caller_of({**staff, "academies": None}).academies is None
    assert Caller("staff", "anne").academies == frozenset()
