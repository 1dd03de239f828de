"""A tool whose owner leaves is refused at the gateway, which remembers what accounts said for less than 5 s."""

from __future__ import annotations

from datetime import timedelta

from gateway.clients.accounts import EXCHANGE_CACHE_SECONDS
from services.accounts.domain.staff import Role
from services.accounts.operations import staff_accounts, staff_tokens
from services.accounts.operations.staff_disabling import disable_staff
from services.chassis.database.audit import Actor
from tests.support.in_process_portal import InProcessPortal
from tests.support.processes import wait_until

US = Actor("command", "test")
WITHIN_SECONDS = 5


def test_the_tool_of_who_is_disabled_is_refused(running: InProcessPortal) -> None:
    new = staff_accounts.NewStaff("leaving@example.org", "Gestion/2021", Role("gestionnaire"), ("03",), "DUVAL", "Anne")
    with running.accounts.app.app_context():
        staff_id, _ = staff_accounts.create_staff(new, US)
        life = timedelta(days=1)
        _, token = staff_tokens.create_token(new.email, name="x", scopes=["candidatures:read"], life=life, actor=US)
    headers = {"Host": running.url.removeprefix("http://"), "Authorization": f"Bearer {token}"}
    client = running.gateway.app.test_client()

    def status() -> int:
        return client.get("/api/registrations/v1/staff/candidatures", headers=headers).status_code

    assert status() == 200
    with running.accounts.app.app_context():
        disable_staff(staff_id, "Mutation", US)
    wait_until(lambda: status() == 401, 60, "the token is refused")


def test_what_accounts_said_is_remembered_for_less_than_was_promised() -> None:
    assert EXCHANGE_CACHE_SECONDS < WITHIN_SECONDS
