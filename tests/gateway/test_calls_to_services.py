"""What pages and tools ask services: in few calls, how often and how long while one says nothing,
and how answers are read: more than the gateway knows is passed over, with less a service counts as
away.
"""

import io
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, cast
from unittest.mock import Mock

import pytest
from flask import Flask

from deploy.service_names import SERVICES
from gateway import api
from gateway.app import create_app
from gateway.clients.base import optional_calls, seconds_left
from gateway.file_uploads import ReceivedFile, send_files
from gateway.service_clients import SERVICE_LABELS, Openings, clients
from gateway.sessions import EXCHANGE_CACHE_SECONDS
from gateway.settings import GatewaySettings
from services.accounts.operations.staff_accounts import disable_staff
from services.chassis.database.audit import Actor
from services.chassis.errors import Unavailable
from services.chassis.http.call import Call
from services.chassis.process.places import Limit
from services.contracts.api.operation import Request
from services.contracts.api.own_account import download_copy
from services.contracts.api.pieces import uploads
from tests.accounts.creation_form import creation_form
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import StaffFactory
from tests.gateway.portals import Asked, ask_api, note_calls
from tests.support import scriptless_browser
from tests.support.in_process_portal import InProcessPortal
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer
from tests.tools.tool import tool_token

PIECES = "pieces/v1/pieces"
EXCHANGE = "accounts POST /v1/tools/exchange"
PAGE = 2.5
RUNNING = ("accounts", "registrations")
CANDIDATURES = "registrations/v1/staff/candidatures"
OUT_OF_THE_API = (
    "accounts/v1/tokens",
    "accounts/v1/./tokens",
    "accounts/v1/x/../tokens",
    "accounts/v1/%2e/sessions",
    "accounts/v1/x/%2e%2e/sessions",
    "accounts/v1/..%2fmetrics",
    "accounts/v1/%2e%2e/.well-known/jwks.json",
    "registrations/v1/../metrics",
    "registrations/v1/%5c..%5cmetrics",
    "registrations/v1/messages%3Fa=b",
    "registrations/v1/messages%23",
)


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    with SilentServer() as server:
        yield server


def gateway_before(
    running: InProcessPortal, silent: SilentServer, *names: str, page_seconds: float = PAGE
) -> Flask:
    settings: GatewaySettings = running.gateway.app.extensions["portail"]
    urls: dict[str, Any] = {f"{name}_url": silent.url for name in names}
    return create_app(replace(settings, page_seconds=page_seconds, **urls))


def test_all_calls_of_a_page_share_its_time(running: InProcessPortal, silent: SilentServer) -> None:
    app = gateway_before(running, silent, *SERVICE_LABELS, page_seconds=PAGE)
    begun = time.monotonic()
    with app.test_request_context("/"):
        for name in SERVICE_LABELS:
            with pytest.raises(Unavailable):
                clients().for_pages[name].send(Call("GET", "/"))
    assert time.monotonic() - begun < len(SERVICE_LABELS) * PAGE
    assert len(silent.requests) == 1


def test_what_a_page_can_do_without_takes_a_part_of_its_time(
    running: InProcessPortal, silent: SilentServer
) -> None:
    app = gateway_before(running, silent, "registrations", page_seconds=PAGE)
    with app.test_request_context("/"):
        with optional_calls(), pytest.raises(Unavailable):
            clients().for_pages["registrations"].send(Call("GET", "/"))
        assert seconds_left(PAGE) > 0
        with optional_calls(), pytest.raises(Unavailable):
            clients().for_pages["registrations"].send(Call("GET", "/"))
    assert len(silent.requests) == 1


def test_addresses_take_turns_at_asking_about_tokens(
    running: InProcessPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = Limit("tested", 1)
    monkeypatch.setattr(api, "_exchanges", limit)
    with limit.place("a flood"):
        assert ask_api(running.gateway.app, PIECES, "invented").status_code == 503
    assert ask_api(running.gateway.app, PIECES, "invented").status_code == 401


def test_ids_that_hold_slashes_lead_nowhere_else(
    candidates: CandidateFactory, asked: Asked
) -> None:
    browser = candidates.log_in()
    asked()
    for path in (
        "/inscription/..%2fmessages/1",
        "/inscription/..%2F..%2Fv1%2Fmessages/1",
        "/inscription/../1",
    ):
        assert browser.get(path).status_code == 404
    assert "registrations GET /v1/messages" not in asked()


def test_a_service_that_says_that_it_cannot_leaves_what_was_last_known() -> None:
    service = Mock(call=Mock(side_effect=["then", "now", Unavailable(), Unavailable()]))
    known = Openings(service)
    assert [cast(Any, known.messages()) for _ in range(3)] == ["then", "now", "now"]
    with pytest.raises(Unavailable):
        known.choices({})


def test_one_address_has_a_quarter_of_the_places_where_passwords_are_hashed(
    running: InProcessPortal,
) -> None:
    with running.gateway.app.app_context():
        limit = clients().passwords._limit
    with ExitStack() as school:
        for _ in range(limit.running // 4):
            school.enter_context(limit.place("school"))
        with pytest.raises(Unavailable) as refusal, limit.place("school", seconds=0):
            pass
        assert refusal.value.extra["nothing_done"], "its call was not sent"
        with limit.place("elsewhere", seconds=0):
            pass


def test_copies_that_are_read_slowly_take_no_place_of_pages_and_one_address_has_half(
    running: InProcessPortal, silent: SilentServer
) -> None:
    silent.respond = lambda connection, line: connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
    )
    app = gateway_before(running, silent, "accounts", page_seconds=60.0)
    with app.test_request_context("/"), ExitStack() as slow_readers:
        client = clients().client_of(download_copy)
        for _ in range(client._limit.running // 2):
            slow_readers.enter_context(client.stream(download_copy("a"), "of the candidate"))
        with pytest.raises(Unavailable):
            client.stream(download_copy("a"), "of the candidate")
        assert clients().for_pages["accounts"]._limit.taken() == 0


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_visitors_are_counted_by_address_and_those_of_ipv6_by_their_line(
    running: InProcessPortal, monkeypatch: pytest.MonkeyPatch, address: str, source: str
) -> None:
    """At each place where passwords are hashed and tokens asked about, of the gateway and of
    accounts."""
    sources: set[str] = set()
    place = Limit.place

    def noting(limit: Limit, owner: str = "", *given: Any, **named: Any) -> Any:
        if limit._name in (
            "password_hashing",
            "calls_to_accounts_for_passwords",
            "token_exchanges",
        ):
            sources.add(owner)
        return place(limit, owner, *given, **named)

    monkeypatch.setattr(Limit, "place", noting)
    monkeypatch.setattr(scriptless_browser, "ADDRESS", address)
    browser = Browser(running)
    browser.post("/connexion", {"identifiant": "a@x.fr", "password": "b"})
    browser.post("/compte/creation", creation_form())
    ask_api(running.gateway.app, PIECES, "invented", address=address)
    assert sources == {source}


@pytest.fixture
def asked(running: InProcessPortal, monkeypatch: pytest.MonkeyPatch) -> Asked:
    return note_calls(monkeypatch, registrations=running.registrations.app)


def test_a_tab_is_one_answer_with_all_that_is_told_of_its_draft(
    candidates: CandidateFactory, asked: Asked
) -> None:
    email = candidates.create_activated_account()
    tabs = candidates.open_draft(email)
    browser = candidates.log_in(email)
    asked()
    browser.get(f"{tabs}/2")
    assert browser.title.startswith("Identification")
    draft = f"/v1/drafts/{tabs.rsplit('/', 1)[1]}"
    assert asked() == [f"registrations GET {draft}/tabs/2"]
    browser.press("Suivant", adresse="1 rue du port")
    assert "1 rue du port" in (browser.value("adresse") or "")
    assert asked() == [f"registrations PUT {draft}/tabs/2", f"registrations GET {draft}/tabs/2"]
    browser.press("Précédent")
    assert asked() == [f"registrations PUT {draft}/tabs/2", f"registrations GET {draft}/tabs/1"]


def test_a_service_that_falls_silent_is_asked_once_to_forget_the_uploads() -> None:
    """Each question waits for its whole time: twelve of them would hold the page for minutes."""
    asked: list[str] = []

    def exchange(request: Request[Any]) -> Any:
        asked.append(request.operation.method)
        if request.operation is uploads.abandon:
            raise Unavailable()
        return Mock(headers={"Location": "/v1/uploads/a"})

    owner = Mock(exchange=exchange)
    files = [ReceivedFile("a.jpg", io.BytesIO(b"a"), 1) for _ in range(12)]
    with pytest.raises(Unavailable):
        send_files(owner, uploads, files, Mock(side_effect=Unavailable), "1")
    assert asked == ["POST", "PATCH"] * 12 + ["DELETE"]


def test_a_token_opens_what_it_is_for_and_no_path_that_leads_out_of_the_api(
    staff: StaffFactory,
) -> None:
    gateway = staff.portal.gateway.app
    token = tool_token(staff.portal, staff.account("03"), "candidatures:read")
    assert ask_api(gateway, CANDIDATURES, token).status_code == 200
    assert ask_api(gateway, CANDIDATURES, "x" * 3000).status_code == 401
    for method in ("GET", "POST"):
        answers = {
            path: ask_api(gateway, path, token, method).status_code for path in OUT_OF_THE_API
        }
        assert {path: status for path, status in answers.items() if status != 404} == {}, method


def test_the_tool_of_who_is_disabled_is_refused(staff: StaffFactory) -> None:
    """The gateway remembers what accounts said for less than the five seconds that are promised."""
    gateway = staff.portal.gateway.app
    owner = staff.account("03")
    token = tool_token(staff.portal, owner, "candidatures:read")
    assert ask_api(gateway, CANDIDATURES, token).status_code == 200
    with staff.portal.accounts.app.app_context():
        disable_staff(owner.id, "Mutation", Actor("command", "test"))
    wait_until(
        lambda: ask_api(gateway, CANDIDATURES, token).status_code == 401, 60, "the token is refused"
    )
    assert EXCHANGE_CACHE_SECONDS < 5


def test_only_what_tools_may_call_is_there(plain: Browser) -> None:
    listed = {
        service: plain.get(f"/api/{service}/openapi.json").get_json()["paths"]
        for service in RUNNING
    }
    closed = (
        "/v1/me/",
        "/v1/sessions",
        "/v1/tools/exchange",
        "/v1/staff/me/",
        "jwks",
        "identity-floor",
    )
    paths = [path for paths in listed.values() for path in paths]
    assert [path for path in paths if any(words in path for words in closed)] == []
    assert {"/v1/staff/openings", "/v1/staff/candidatures"} <= listed["registrations"].keys()
    assert "/v1/messages" in listed["registrations"], "open to everyone"
    assert not [path for path in listed["registrations"] if path.startswith("/v1/candidates")]
    for service in SERVICES:  # without script
        assert f"/api/{service}/openapi.json" in plain.get("/api/docs").text
        assert f"/api/{service}/openapi.json" in plain.get(f"/api/docs/{service}").text
    assert plain.get("/api/docs/inconnu").status_code == 404
