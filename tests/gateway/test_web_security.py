"""Where a post may come from, which Host is answered, and what browsers are told to forbid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from gateway.app import create_app
from gateway.settings import GatewaySettings
from services.chassis.settings import Secret
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of
from tests.support.in_process_portal import InProcessPortal
from tests.support.scriptless_browser import ScriptlessBrowser

WORDS = {"prenoms": "Écrit longuement", "current_password": "Secret/2021"}


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_post_from_our_pages_is_taken(candidates: CandidateFactory, site: str) -> None:
    answer = candidates.log_in().post("/session/prolonger", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 204


def test_an_older_browser_says_its_origin(candidates: CandidateFactory, running: InProcessPortal) -> None:
    browser = candidates.log_in()
    assert browser.post("/session/prolonger", headers={"Origin": running.url}).status_code == 204
    assert browser.post("/session/prolonger", headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}])
def test_a_foreign_post_is_refused_by_a_page_that_keeps_the_text(
    candidates: CandidateFactory, headers: dict[str, str]
) -> None:
    browser = candidates.log_in()
    answer = browser.post("/compte", WORDS, headers=headers)
    assert answer.status_code == 403
    assert problems_of(answer.text) == []
    assert "Écrit longuement" in browser.text
    assert "Secret/2021" not in answer.text
    assert not browser.page.xpath("//main//form")
    browser.get("/compte")
    assert browser.value("prenoms") == "Laurent"


def test_nobody_is_logged_in_by_another_site(plain: ScriptlessBrowser) -> None:
    answer = plain.post("/connexion", {"identifiant": "a@b.fr"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "127.0.0.1"])
def test_an_unknown_host_is_not_answered(running: InProcessPortal, host: str) -> None:
    client = running.gateway.app.test_client()
    assert client.get("/", headers={"Host": host}).status_code == 400
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


def test_every_page_tells_browsers_what_to_forbid(plain: ScriptlessBrowser) -> None:
    for path in ("/", "/connexion", "/nowhere", "/compte/activation/x"):
        headers = plain.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "img-src 'self' data:" in policy
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def monitored(running: InProcessPortal) -> FlaskClient:
    settings: GatewaySettings = running.gateway.app.extensions["portail"]
    return create_app(replace(settings, metrics_token=Secret("the monitor's token"))).test_client()


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.7", "::ffff:10.0.0.7"])
def test_metrics_are_read_from_elsewhere_with_the_monitors_token_alone(monitored: FlaskClient, address: str) -> None:
    def status(authorization: str | None = None) -> int:
        headers = {"Authorization": authorization} if authorization else {}
        return monitored.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [status(), status("Bearer another"), status("Bearer "), status("Bearer é")] == [404] * 4
    assert status("Bearer the monitor's token") == 200


def test_without_a_token_metrics_answer_this_machine_alone_and_no_proxy_of_it(running: InProcessPortal) -> None:
    client = running.gateway.app.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    for authorization in ("Bearer ", "Bearer"):
        elsewhere = {"environ_overrides": {"REMOTE_ADDR": "10.0.0.7"}, "headers": {"Authorization": authorization}}
        assert client.get("/metrics", **elsewhere).status_code == 404
