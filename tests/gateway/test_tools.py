"""What a tool's token reaches through /api, until its owner's access ends, and what `/api/docs` says of each call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.clients.accounts import EXCHANGE_CACHE_SECONDS
from services.accounts.domain.staff import Role
from services.accounts.operations import staff_accounts, staff_tokens
from services.accounts.operations.staff_disabling import disable_staff
from services.chassis.database.audit import Actor
from tests.gateway.components.html_checks import problems_of, text_of
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.support.processes import wait_until
from tests.support.scriptless_browser import ScriptlessBrowser

US = Actor("command", "test")
WITHIN_SECONDS = 5
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


class Tool:
    """Of a member of staff; `status` is what its calls are answered with."""

    def __init__(self, running: InProcessPortal, email: str) -> None:
        new = staff_accounts.NewStaff(email, "Gestion/2021", Role.GESTIONNAIRE, ("03",), "DUVAL", "Anne")
        with running.accounts.app.app_context():
            self.owner, _ = staff_accounts.create_staff(new, US)
            life, scopes = timedelta(days=1), ["candidatures:read"]
            _, self.token = staff_tokens.create_token(email, name="x", scopes=scopes, life=life, actor=US)
        self._running = running

    def status(self, path: str = "registrations/v1/staff/candidatures", method: str = "GET") -> int:
        headers = {"Host": self._running.url.removeprefix("http://"), "Authorization": f"Bearer {self.token}"}
        client = self._running.gateway.app.test_client()
        return client.open(f"/api/{path}", method=method, headers=headers).status_code


@pytest.fixture(scope="module")
def tool(running: InProcessPortal) -> Tool:
    return Tool(running, "tools-paths@example.org")


def test_no_path_leads_out_of_the_api(tool: Tool) -> None:
    answers = {(method, path): tool.status(path, method) for method in ("GET", "POST") for path in OUT_OF_THE_API}
    assert {asked: status for asked, status in answers.items() if status != 404} == {}


def test_the_same_token_opens_what_it_is_for_and_one_of_thousands_of_characters_nothing(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tool.status() == 200
    monkeypatch.setattr(tool, "token", "x" * 3000)
    assert tool.status() == 401


def test_the_tool_of_who_is_disabled_is_refused(running: InProcessPortal) -> None:
    """The gateway remembers what accounts said for less than the five seconds that are promised."""
    leaving = Tool(running, "leaving@example.org")
    assert leaving.status() == 200
    with running.accounts.app.app_context():
        disable_staff(leaving.owner, "Mutation", US)
    wait_until(lambda: leaving.status() == 401, 60, "the token is refused")
    assert EXCHANGE_CACHE_SECONDS < WITHIN_SECONDS


def test_a_call_is_described_with_its_scope_example_and_errors(plain: ScriptlessBrowser) -> None:
    plain.get("/api/docs/registrations")
    assert not problems_of(plain.answer.text)
    [section] = plain.page.xpath(
        '//section[.//h2[contains(., "POST /api/registrations/v1/staff/openings/{opening_id}/dates")]]'
    )
    words = text_of(section)
    for expected in (
        "Portée du jeton : openings:manage",
        '"reason":',
        "modifie-entre-temps : L'élément a été modifié entre-temps",
        "non-identifie : Vous devez vous identifier",
        "application/problem+json",
    ):
        assert expected in words, expected


def test_only_what_tools_may_call_is_there(plain: ScriptlessBrowser) -> None:
    listed = plain.get("/api/docs").text
    assert "/api/registrations/v1/staff/candidatures" in listed
    for closed in (
        "/v1/drafts",
        "/v1/me/",
        "/v1/sessions",
        "/v1/tools/exchange",
        "/v1/staff/me/",
        "jwks",
        "identity-floor",
    ):
        assert closed not in listed, closed
    paths = plain.get("/api/registrations/openapi.json").get_json()["paths"]
    assert "/v1/staff/openings" in paths
    assert "/v1/messages" in paths, "open to everyone"
    assert not [path for path in paths if path.startswith(("/v1/drafts", "/v1/candidates"))]


def test_a_service_that_is_away_takes_no_other_with_it(plain: ScriptlessBrowser, running: InProcessPortal) -> None:
    with service_stopped(running.registrations):
        assert "Ce service ne répond pas pour le moment." in plain.get("/api/docs").text
        assert plain.get("/api/docs/registrations").status_code == 503
        assert "/api/accounts/v1/staff" in plain.get("/api/docs").text
    assert plain.get("/api/docs/inconnu").status_code == 404
