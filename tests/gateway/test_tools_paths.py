"""What a tool's token cannot reach through /api, however its path is written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.domain.staff import Role
from services.accounts.operations import staff_accounts, staff_tokens
from services.chassis.database.audit import Actor
from tests.support.in_process_portal import InProcessPortal

PASSWORD = "Gestion/2021"
US = Actor("command", "test")


@pytest.fixture(scope="module")
def token(running: InProcessPortal) -> str:
    email = "tools-paths@example.org"
    with running.accounts.app.app_context():
        staff_accounts.create_staff(
            staff_accounts.NewStaff(email, PASSWORD, Role("gestionnaire"), ("03",), "DUVAL", "Anne"), US
        )
        made = staff_tokens.create_token(
            email, name="x", scopes=["candidatures:read"], life=timedelta(days=1), actor=US
        )
    return made[1]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
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
    ],
)
def test_no_path_leads_out_of_the_api(running: InProcessPortal, token: str, method: str, path: str) -> None:
    client = running.gateway.app.test_client()
    headers = {"Host": running.url.removeprefix("http://"), "Authorization": f"Bearer {token}"}
    assert client.open(f"/api/{path}", method=method, headers=headers).status_code == 404


def test_the_same_token_opens_what_it_is_for(running: InProcessPortal, token: str) -> None:
    headers = {"Host": running.url.removeprefix("http://"), "Authorization": f"Bearer {token}"}
    answer = running.gateway.app.test_client().get("/api/registrations/v1/staff/candidatures", headers=headers)
    assert answer.status_code == 200


def test_a_token_of_thousands_of_characters_is_no_token(running: InProcessPortal) -> None:
    headers = {"Host": running.url.removeprefix("http://"), "Authorization": f"Bearer {'x' * 3000}"}
    answer = running.gateway.app.test_client().get("/api/registrations/v1/staff/candidatures", headers=headers)
    assert answer.status_code == 401
