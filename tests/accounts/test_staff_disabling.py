"""A staff account is disabled: its sessions, tokens and log-in end, nothing is deleted, the trail says why."""

import json
import threading
from typing import Any

import jwt
import pytest
from sqlalchemy import select

from services.accounts.models import LoginSession, StaffMember, StaffToken, db
from services.accounts.operations.staff_accounts import disable_staff
from services.chassis.database.audit import Actor
from services.chassis.errors import DomainError
from services.contracts.account_rules import REASON_LENGTHS
from tests.accounts.running_accounts import RunningAccounts, problem_slug
from tests.accounts.staff_in_session import (
    EMAIL,
    GESTIONNAIRE,
    code_of,
    command_result,
    log_in_staff,
    logged_in,
    run_command,
)
from tests.support.processes import wait_until

SHORTEST_REASON, LONGEST_REASON = REASON_LENGTHS
CHIEF, SECOND = "chef@dec.example", "adjointe@dec.example"
WHY = "Mutation au 1er décembre"


def access(accounts: RunningAccounts, token: str) -> str:
    answer = accounts.post("/tools/exchange", token=token)
    assert answer.status_code == 200, answer.json
    return str(answer.json["access_token"])


def listed(accounts: RunningAccounts, *command: str) -> list[dict[str, Any]]:
    code, output = run_command(accounts, *command)
    assert code == 0, output
    return [json.loads(line) for line in output.splitlines()]


def disable(accounts: RunningAccounts, email: str = EMAIL) -> int:
    """The command's exit code."""
    return run_command(accounts, "disable-staff", "--email", email, "--reason", WHY)[0]


def test_who_is_disabled_has_no_session_no_token_and_no_way_in(accounts: RunningAccounts) -> None:
    staff = command_result(accounts, "create-staff", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL)["token"]
    secret = log_in_staff(accounts, staff)["session"]
    assert disable(accounts) == 0
    assert problem_slug(accounts.post("/sessions/exchange", session=secret)) == "session-expiree"
    assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"
    code = next_code(staff)
    assert problem_slug(accounts.try_log_in(EMAIL, staff["password"], code=code)) == "compte-desactive"
    assert problem_slug(accounts.try_log_in(EMAIL, "Faux/2021")) == "identification-refusee"
    refused, output = run_command(accounts, "create-token", "--email", EMAIL)
    assert (refused, "désactivé" in output) == (1, True)
    with accounts.app.app_context(), db.operation() as session:
        for row in session.scalars(select(LoginSession)):
            row.ended_at = None  # as one that begins at the same moment
    assert problem_slug(accounts.post("/sessions/exchange", session=secret)) == "session-expiree"


def test_another_profile_counts_for_open_sessions_and_tokens(accounts: RunningAccounts) -> None:
    chief, member = logged_in(accounts, CHIEF), logged_in(accounts, EMAIL, "gestionnaire", "03")
    token = command_result(accounts, "create-token", "--email", EMAIL)["token"]
    path, profile = f"/staff/{member.id}/profile", {"role": "consultation", "academies": ["07", "03"], "reason": WHY}
    answer = chief.post(path, **profile)
    assert answer.status_code == 204, answer.json
    session = accounts.post("/sessions/exchange", session=member.secret).json
    assert (session["role"], session["academies"]) == ("consultation", ["03", "07"])
    assert session["scopes"] == ["account:manage", "candidatures:read", "pieces:read"]
    tool = jwt.decode(access(accounts, token), options={"verify_signature": False})
    assert (tool["scopes"], tool["academies"]) == (["pieces:read"], ["03", "07"])
    [entry] = [entry for entry in chief.get("/audit")["entries"] if entry["action"] == "staff_profile_changed"]
    assert entry["before"] == {"role": "gestionnaire", "academies": ["03"]}
    assert entry["after"] == {"role": "consultation", "academies": ["03", "07"], "reason": WHY}
    assert chief.post(path, **{**profile, "academies": []}).status_code == 422
    assert chief.post(path, **{**profile, "role": "recteur"}).status_code == 422
    assert chief.post(path, **profile, code="000000").status_code == 422
    assert member.post(path, **profile).status_code == 403
    own = chief.post(f"/staff/{chief.id}/profile", **profile)
    assert (own.status_code, problem_slug(own)) == (409, "soi-meme"), own.json


def next_code(staff: dict[str, Any]) -> str:
    """Of the thirty seconds to come: that of the moment was used."""
    return code_of(staff["totp_secret"], seconds=30)


def test_who_comes_back_logs_in_as_before_and_needs_new_tokens(accounts: RunningAccounts) -> None:
    staff = command_result(accounts, "create-staff", *GESTIONNAIRE)
    login = log_in_staff(accounts, staff)
    token = command_result(accounts, "create-token", "--email", EMAIL)["token"]
    for command in ("disable-staff", "enable-staff"):
        assert run_command(accounts, command, "--email", EMAIL, "--reason", WHY)[0] == 0
    assert problem_slug(accounts.post("/sessions/exchange", session=login["session"])) == "session-expiree"
    log_in_staff(accounts, staff, code=next_code(staff))
    assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"
    assert access(accounts, command_result(accounts, "create-token", "--email", EMAIL)["token"])


def test_nothing_is_deleted_the_trail_says_who_when_and_why_and_the_unknown_are_told(accounts: RunningAccounts) -> None:
    staff_id = command_result(accounts, "create-staff", *GESTIONNAIRE)["id"]
    command_result(accounts, "create-token", "--email", EMAIL)
    chief = logged_in(accounts, CHIEF)
    for _ in range(2):  # said twice, it is done and told once
        assert chief.post(f"/staff/{staff_id}/disable", reason=WHY).status_code == 204
    for _ in range(2):
        assert chief.post(f"/staff/{staff_id}/enable", reason="Retour").status_code == 204
    assert staff_id in [member.id for member in accounts.stored(StaffMember)]
    assert [token.staff_id for token in accounts.stored(StaffToken)] == [staff_id]
    entries = accounts.audit_entries(staff_id)[-2:]
    acts = [(entry.action, entry.actor_id, (entry.after or {}).get("reason")) for entry in entries]
    assert acts == [("staff_disabled", chief.id, WHY), ("staff_enabled", chief.id, "Retour")]
    for act in ("disable", "enable", "second-factor-reset"):
        assert chief.post(f"/staff/{'0' * 32}/{act}", reason=WHY).status_code == 404
    assert chief.post(f"/staff/{'0' * 32}/invitation").status_code == 404
    assert chief.post(f"/staff/{'0' * 32}/disable").status_code == 422
    unknown_token = f"/staff/tokens/{'0' * 32}/revoke"
    assert accounts.call("POST", unknown_token, chief.bearer, reason=WHY).status_code == 404


def test_nobody_disables_himself_nor_the_last_administrateur(accounts: RunningAccounts) -> None:
    chief = logged_in(accounts, CHIEF)
    assert problem_slug(chief.post(f"/staff/{chief.id}/disable", reason=WHY)) == "soi-meme"
    invited = {"email": "x@dec.example", "nom": "N", "prenoms": "P", "role": "administrateur", "academies": []}
    assert chief.post("/staff", **invited).status_code == 201, "who is only invited is not the one who remains"
    code, output = run_command(accounts, "disable-staff", "--email", CHIEF, "--reason", WHY)
    assert (code, "dernier administrateur" in output) == (1, True)
    logged_in(accounts, SECOND)
    assert [disable(accounts, email) for email in (CHIEF, SECOND)] == [0, 1]


@pytest.mark.engines("sqlite", "postgresql")
def test_two_administrateurs_who_disable_each_other_leave_one(accounts: RunningAccounts) -> None:
    chief, second = logged_in(accounts, CHIEF), logged_in(accounts, SECOND)
    answers: list[int] = []

    def disables(actor: str, whom: str) -> None:
        with accounts.app.app_context():
            try:
                disable_staff(whom, WHY, Actor("staff", actor))
                answers.append(204)
            except DomainError as refusal:
                answers.append(refusal.http_status)

    both = [threading.Thread(target=disables, args=pair) for pair in ((chief.id, second.id), (second.id, chief.id))]
    with accounts.app.app_context(), db.operation() as session:
        session.scalars(select(StaffMember).with_for_update()).all()  # both have begun before either goes on
        for thread in both:
            thread.start()
        if db.engine.dialect.name == "postgresql":
            wait_until(lambda: accounts.waiting_for_locks() == 2, 60, "both wait for the rows")
    for thread in both:
        thread.join()
    assert sorted(answers) == [204, 403]


def test_an_access_token_that_outlives_its_owners_rights_disables_nobody(accounts: RunningAccounts) -> None:
    staff_id = command_result(accounts, "create-staff", *GESTIONNAIRE)["id"]
    chief = logged_in(accounts, CHIEF)
    bearer = chief.bearer
    logged_in(accounts, SECOND)
    disable(accounts, CHIEF)
    for act in ("disable", "enable"):
        answer = accounts.call("POST", f"/staff/{staff_id}/{act}", bearer, reason=WHY, code=chief.code())
        assert answer.status_code == 403


def test_a_command_takes_the_reasons_that_the_api_takes(accounts: RunningAccounts) -> None:
    command_result(accounts, "create-staff", *GESTIONNAIRE)
    for length, expected in ((SHORTEST_REASON - 1, 2), (LONGEST_REASON + 1, 2), (SHORTEST_REASON, 0)):
        code, output = run_command(accounts, "disable-staff", "--email", EMAIL, "--reason", "x" * length)
        said = f"de {SHORTEST_REASON} à {LONGEST_REASON} caractères" in output
        assert (code, said) == (expected, expected == 2), length


def test_lists_tell_who_may_come_in_and_with_which_tokens(accounts: RunningAccounts) -> None:
    staff = command_result(accounts, "create-staff", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL, "--name", "bureau")
    log_in_staff(accounts, staff)
    bearer = logged_in(accounts, CHIEF).bearer
    command_result(accounts, "create-token", "--email", CHIEF)
    shown, answered = listed(accounts, "list-staff"), accounts.call("GET", "/staff", bearer).json or {}
    assert [row["id"] for row in answered["items"]] == [row["id"] for row in shown]
    (member,) = (row for row in shown if row["email"] == EMAIL)
    assert (member["id"], member["role"], member["academies"]) == (staff["id"], "gestionnaire", ["03", "19"])
    assert (member["disabled_at"], member["second_factor"]) == (None, True)
    assert member["last_login_at"] is not None
    (token_row,) = listed(accounts, "list-tokens", "--email", EMAIL)
    assert (token_row["id"], token_row["name"], token_row["last_used_at"]) == (token["id"], "bureau", None)
    assert (accounts.call("GET", f"/staff/{staff['id']}/tokens", bearer).json or {})["items"][0]["id"] == token["id"]
    assert len(listed(accounts, "list-tokens")) == 2
    for secret in (staff["password"], staff["totp_secret"], token["token"], "hash", "sealed"):
        assert secret not in json.dumps([shown, answered, listed(accounts, "list-tokens")])
    assert accounts.call("POST", f"/staff/tokens/{token['id']}/revoke", bearer, reason=WHY).status_code == 204
    assert problem_slug(accounts.post("/tools/exchange", token=token["token"])) == "jeton-refuse"
    first = accounts.call("GET", "/staff?limit=1", bearer).json or {}
    second = accounts.call("GET", f"/staff?limit=1&cursor={first['next_cursor']}", bearer).json or {}
    last = accounts.call("GET", f"/staff?limit=1&cursor={second['next_cursor']}", bearer).json or {}
    assert first["items"] + second["items"] == answered["items"], "the same in pages"
    assert last == {"items": [], "next_cursor": None}
