"""What a tool's token reaches through /api, until its owner's access ends, and what is described of each call."""

from datetime import timedelta

from deploy.service_names import SERVICES
from gateway.sessions import EXCHANGE_CACHE_SECONDS
from services.accounts.domain.staff import Role
from services.accounts.operations import staff_accounts, staff_tokens
from services.accounts.operations.staff_accounts import disable_staff
from services.chassis.database.audit import Actor
from tests.gateway.calls import ask_api
from tests.support.in_process_portal import InProcessPortal
from tests.support.processes import wait_until
from tests.support.scriptless_browser import ScriptlessBrowser

US = Actor("command", "test")
WITHIN_SECONDS = 5
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


def staff_token(running: InProcessPortal, email: str) -> tuple[str, str]:
    """A new gestionnaire's id, and a token that reads candidatures."""
    new = {"email": email, "password": "Gestion/2021", "nom": "DUVAL", "prenoms": "Anne"}
    with running.accounts.app.app_context():
        owner, _ = staff_accounts.create_staff(US, role=Role.GESTIONNAIRE, academies=("03",), **new)
        life, scopes = timedelta(days=1), ["candidatures:read"]
        return owner, staff_tokens.create_token(email, name="x", scopes=scopes, life=life, actor=US)[1]


def test_a_token_opens_what_it_is_for_and_no_path_that_leads_out_of_the_api(running: InProcessPortal) -> None:
    gateway, (_, token) = running.gateway.app, staff_token(running, "tools-paths@example.org")
    assert ask_api(gateway, CANDIDATURES, token).status_code == 200
    assert ask_api(gateway, CANDIDATURES, "x" * 3000).status_code == 401
    for method in ("GET", "POST"):
        answers = {path: ask_api(gateway, path, token, method).status_code for path in OUT_OF_THE_API}
        assert {path: status for path, status in answers.items() if status != 404} == {}, method


def test_the_tool_of_who_is_disabled_is_refused(running: InProcessPortal) -> None:
    """The gateway remembers what accounts said for less than the five seconds that are promised."""
    owner, token = staff_token(running, "leaving@example.org")
    assert ask_api(running.gateway.app, CANDIDATURES, token).status_code == 200
    with running.accounts.app.app_context():
        disable_staff(owner, "Mutation", US)
    gateway = running.gateway.app
    wait_until(lambda: ask_api(gateway, CANDIDATURES, token).status_code == 401, 60, "the token is refused")
    assert EXCHANGE_CACHE_SECONDS < WITHIN_SECONDS


def test_only_what_tools_may_call_is_there(plain: ScriptlessBrowser) -> None:
    listed = {service: plain.get(f"/api/{service}/openapi.json").get_json()["paths"] for service in RUNNING}
    closed = ("/v1/me/", "/v1/sessions", "/v1/tools/exchange", "/v1/staff/me/", "jwks", "identity-floor")
    paths = [path for paths in listed.values() for path in paths]
    assert [path for path in paths if any(words in path for words in closed)] == []
    assert {"/v1/staff/openings", "/v1/staff/candidatures"} <= listed["registrations"].keys()
    assert "/v1/messages" in listed["registrations"], "open to everyone"
    assert not [path for path in listed["registrations"] if path.startswith("/v1/candidates")]
    for service in SERVICES:  # without script
        assert f"/api/{service}/openapi.json" in plain.get("/api/docs").text
        assert f"/api/{service}/openapi.json" in plain.get(f"/api/docs/{service}").text
    assert plain.get("/api/docs/inconnu").status_code == 404
