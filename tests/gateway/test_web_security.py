"""Where a post may come from, which Host is answered, what browsers are told to forbid, who shares
threads."""

import socket
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet

from deploy.service_names import SERVICES
from gateway.app import create_app
from gateway.assets import asset_url, load_assets
from gateway.fair_threads import FairThreads
from gateway.settings import GatewaySettings
from services.chassis.settings import Secret
from services.chassis.web.gunicorn_server import RECEIVE_SECONDS
from tests.chassis.served_module import served
from tests.gateway.candidates import Browser, CandidateFactory
from tests.support.in_process_portal import InProcessPortal
from tests.support.process_settings import NOBODY

WORDS = {"prenoms": "Écrit longuement", "current_password": "Secret/2021"}
THREADS = 8
URLS = {f"{name.upper()}_URL": NOBODY for name in SERVICES}


def test_a_post_from_our_pages_is_taken_by_its_origin(
    candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser = candidates.log_in()
    for headers, status in (
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "none"}, 204),
        ({"Origin": running.url}, 204),
        ({"Origin": "https://evil.example"}, 403),
    ):
        assert browser.post("/session/prolonger", headers=headers).status_code == status, headers


def test_a_foreign_post_is_refused_by_a_page_that_keeps_the_text(
    candidates: CandidateFactory,
) -> None:
    browser = candidates.log_in()
    foreign: tuple[dict[str, str], ...] = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    )
    for headers in foreign:
        answer = browser.post("/compte", WORDS, headers=headers)
        assert answer.status_code == 403, headers
        assert "Écrit longuement" in browser.text
        assert "Secret/2021" not in answer.text
        assert not browser.page.xpath("//main//form")
        browser.get("/compte")
        assert browser.value("prenoms") == "Laurent"


def test_an_unknown_host_is_not_answered(running: InProcessPortal) -> None:
    client = running.gateway.app.test_client()
    for host in ("evil.example", "127.0.0.1:1", "127.0.0.1"):
        assert client.get("/", headers={"Host": host}).status_code == 400, host
        assert client.get("/health/live", headers={"Host": host}).status_code == 200, host


def test_every_page_tells_browsers_what_to_forbid(plain: Browser) -> None:
    for path in ("/", "/connexion", "/nowhere", "/compte/activation/x"):
        headers = plain.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "img-src 'self' data:" in policy
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_files_are_no_other_sites_and_a_stranger_names_no_request(running: InProcessPortal) -> None:
    file = running.gateway.app.test_client().get(asset_url("portail.css"), base_url=running.url)
    assert (file.status_code, file.headers.get("Access-Control-Allow-Origin")) == (200, None)
    answer = running.gateway.app.test_client().get(
        "/", base_url=running.url, headers={"X-Request-ID": "of-a-stranger"}
    )
    assert answer.headers["X-Request-ID"] != "of-a-stranger"


def test_metrics_are_read_from_elsewhere_with_the_monitors_token_alone(
    running: InProcessPortal,
) -> None:
    settings: GatewaySettings = running.gateway.app.extensions["portail"]
    monitored = create_app(
        replace(settings, metrics_token=Secret("the monitor's token"))
    ).test_client()
    for address in ("192.0.2.7", "10.0.0.7", "::ffff:10.0.0.7"):
        calls: dict[str, Any] = {"environ_overrides": {"REMOTE_ADDR": address}}
        assert monitored.get("/metrics", **calls).status_code == 404
        for authorization, status in (
            ("Bearer another", 404),
            ("Bearer ", 404),
            ("Bearer é", 404),
            ("Bearer the monitor's token", 200),
        ):
            answer = monitored.get("/metrics", headers={"Authorization": authorization}, **calls)
            assert answer.status_code == status, (address, authorization)
    client = running.gateway.app.test_client()
    assert client.get("/metrics").status_code == 200, (
        "without a token this machine alone, and no proxy of it"
    )
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    for authorization in ("Bearer ", "Bearer"):
        elsewhere = {
            "environ_overrides": {"REMOTE_ADDR": "10.0.0.7"},
            "headers": {"Authorization": authorization},
        }
        assert client.get("/metrics", **elsewhere).status_code == 404


def test_pages_take_parameters_that_they_do_not_know_and_refuse_a_nul(plain: Browser) -> None:
    for path in ("/", "/connexion", "/ouverture-des-services"):
        assert plain.get(f"{path}?utm_source=mail").status_code == 200
    for path in (
        "/ouverture-des-services?exam=%00",
        "/compte/mot-de-passe/%00",
        "/compte/communes?q=%00",
    ):
        assert 400 <= plain.get(path).status_code < 500 or plain.answer.status_code == 200, path


def test_the_gateway_is_ready_while_services_are_away_and_names_them(
    running: InProcessPortal,
) -> None:
    settings: GatewaySettings = running.gateway.app.extensions["portail"]
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes connections and says nothing
        silent = f"http://127.0.0.1:{listener.getsockname()[1]}"
        away = replace(settings, registrations_url=silent, documents_url=silent, pieces_url=silent)
        begun = time.monotonic()
        answer = create_app(away).test_client().get("/health/ready")
        assert time.monotonic() - begun < 3.5
    assert answer.status_code == 200
    silent_ones = dict.fromkeys(("registrations", "documents", "pieces"), "ReadTimeout")
    assert answer.get_json()["checks"] == {"assets": "ok", "accounts": "ok", **silent_ones}


def test_a_gateway_without_its_assets_is_not_ready(
    running: InProcessPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.app.load_assets", lambda: load_assets(tmp_path))
    answer = running.gateway.app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["assets"] == "not built"


def connection(address: str) -> Any:
    return SimpleNamespace(client=(address, 50000))


@pytest.mark.parametrize("of_one", [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::2")])
def test_an_address_has_a_quarter_and_its_further_requests_come_after(
    of_one: tuple[str, str],
) -> None:
    """Also after one that fails; an IPv6 line's addresses are one."""
    goes_on = threading.Event()
    begun = threading.Semaphore(0)

    def handle(given: Any) -> None:
        begun.release()
        assert goes_on.wait(60)
        raise ValueError

    with FairThreads(THREADS) as threads:
        first = [threads.submit(handle, connection(of_one[0])) for _ in range(THREADS // 4)]
        later = [threads.submit(id, connection(of_one[1])) for _ in range(5)]
        assert all(begun.acquire(timeout=60) for _ in first)
        assert threads.submit(id, connection("192.0.2.2")).result(60)
        assert not any(request.done() for request in later)
        goes_on.set()
        assert all(isinstance(request.exception(60), ValueError) for request in first)
        assert all(request.result(60) for request in later)


def test_who_sends_slowly_over_many_connections_keeps_nobody_else_waiting() -> None:
    secrets = {"CLIENT_SECRET": "the secret of gateway", "SEAL_KEY": Fernet.generate_key().decode()}
    with (
        served("gateway", ENV="test", THREADS=str(THREADS), **URLS, **secrets) as gateway,
        ExitStack() as opened,
    ):
        for _ in range(2 * THREADS):
            slow = opened.enter_context(socket.socket())
            slow.bind(("127.0.0.2", 0))
            slow.connect(("127.0.0.1", gateway.port))
            slow.sendall(b"POST /connexion HTTP/1.1\r\nHost: portail\r\nContent-Length: 9\r\n")
        answer = requests.get(f"{gateway.url}/health/live", timeout=RECEIVE_SECONDS / 2)
        assert answer.status_code == 200
