"""Staff made by commands: second factor, tools' tokens, and the trail that nobody can change."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
import pyotp
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.accounts.models import AuditEntry, StaffMember, StaffToken, db
from services.accounts.settings import AccountsSettings
from tests.accounts.running_accounts import RunningAccounts, age_sessions, problem_slug

EMAIL = "gestion@ac-besancon.fr"
GESTIONNAIRE = [
    "--email",
    EMAIL,
    "--role",
    "gestionnaire",
    "--academies",
    "03,19",
    "--nom",
    "Roux",
    "--prenoms",
    "Anne",
]


def run_command(accounts: RunningAccounts, *arguments: str, stdin: str | None = None) -> tuple[int, str]:
    with accounts.app.app_context():
        result = accounts.app.test_cli_runner().invoke(args=list(arguments), input=stdin)
    return result.exit_code, result.output


def command_result(accounts: RunningAccounts, *arguments: str, stdin: str | None = None) -> dict[str, Any]:
    code, output = run_command(accounts, *arguments, stdin=stdin)
    assert code == 0, output
    return dict(json.loads(output))


def test_staff_log_in_with_the_code_of_the_moment_once(accounts: RunningAccounts) -> None:
    staff = command_result(accounts, "create-staff", *GESTIONNAIRE)
    assert problem_slug(accounts.try_log_in(EMAIL, staff["password"])) == "second-facteur"
    assert problem_slug(accounts.try_log_in(EMAIL, staff["password"], code="000000")) == "identification-refusee"
    code = pyotp.TOTP(staff["totp_secret"]).at(int(time.time()))
    entered = accounts.try_log_in(EMAIL, staff["password"], code=code)
    assert entered.status_code == 201
    assert (entered.json["kind"], entered.json["role"]) == ("staff", "gestionnaire")
    assert entered.json["academies"] == ["03", "19"]
    assert problem_slug(accounts.try_log_in(EMAIL, staff["password"], code=code)) == "identification-refusee"


def test_who_lost_his_second_factor_gets_another_and_his_sessions_end(accounts: RunningAccounts) -> None:
    lost = command_result(accounts, "create-staff", *GESTIONNAIRE)
    code = pyotp.TOTP(lost["totp_secret"]).at(int(time.time()))
    login = accounts.try_log_in(EMAIL, lost["password"], code=code).json or {}
    new = command_result(accounts, "renew-staff", "--email", EMAIL)
    assert problem_slug(accounts.post("/sessions/exchange", session=login["session"])) == "session-expiree"
    code = pyotp.TOTP(new["totp_secret"]).at(int(time.time()))
    assert accounts.try_log_in(EMAIL, new["password"], code=code).status_code == 201
    assert problem_slug(accounts.try_log_in(EMAIL, lost["password"])) == "identification-refusee"


def test_a_session_of_staff_ends_after_a_quarter_of_an_hour_a_candidates_after_half_of_one(
    accounts: RunningAccounts,
) -> None:
    staff = command_result(accounts, "create-staff", *GESTIONNAIRE)
    code = pyotp.TOTP(staff["totp_secret"]).at(int(time.time()))
    of_staff = (accounts.try_log_in(EMAIL, staff["password"], code=code).json or {})["session"]
    candidates = accounts.log_in_new_candidate()["session"]
    age_sessions(accounts, seen=AccountsSettings.staff_session_idle_seconds - 60)
    for session in (of_staff, candidates):
        assert accounts.post("/sessions/exchange", session=session).status_code == 200
    age_sessions(accounts, seen=AccountsSettings.staff_session_idle_seconds)
    assert problem_slug(accounts.post("/sessions/exchange", session=of_staff)) == "session-expiree"
    assert accounts.post("/sessions/exchange", session=candidates).status_code == 200


def test_without_the_right_password_nobody_learns_that_a_code_is_asked(accounts: RunningAccounts) -> None:
    command_result(accounts, "create-staff", *GESTIONNAIRE)
    assert problem_slug(accounts.try_log_in(EMAIL, "Faux/2021")) == "identification-refusee"


def test_a_tools_token_gives_its_scopes_within_its_owners_academies(accounts: RunningAccounts) -> None:
    command_result(accounts, "create-staff", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL, "--scopes", "pieces:read")["token"]
    answer = accounts.post("/tools/exchange", token=token)
    claims = jwt.decode(answer.json["access_token"], options={"verify_signature": False})
    assert (claims["kind"], claims["role"], claims["azp"]) == ("staff", "gestionnaire", "gateway")
    assert (claims["scopes"], claims["academies"]) == (["pieces:read"], ["03", "19"])


def test_an_administrateurs_tool_sees_every_academie(accounts: RunningAccounts) -> None:
    admin = ["--email", EMAIL, "--role", "administrateur", "--nom", "Roux", "--prenoms", "Anne"]
    command_result(accounts, "create-staff", *admin, "--password-stdin", stdin="Bouleau/2021\n")
    token = command_result(accounts, "create-token", "--email", EMAIL)["token"]
    access = accounts.post("/tools/exchange", token=token).json["access_token"]
    assert jwt.decode(access, options={"verify_signature": False})["academies"] is None


def test_a_revoked_an_expired_and_an_invented_token_are_refused(accounts: RunningAccounts) -> None:
    command_result(accounts, "create-staff", *GESTIONNAIRE)
    revoked, expired = (command_result(accounts, "create-token", "--email", EMAIL, "--days", "1") for _ in range(2))
    assert run_command(accounts, "revoke-token", revoked["id"])[0] == 0
    with accounts.app.app_context(), db.operation() as session:
        row = session.get_one(StaffToken, expired["id"])
        row.expires_at = row.created_at
    for token in (revoked["token"], expired["token"], "inventé"):
        assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["create-staff", *GESTIONNAIRE[:-6], "--academies", "99", "--nom", "R", "--prenoms", "A"], "99"),
        (["create-token", "--email", "inconnu@x.fr"], "Aucun compte"),
        (["revoke-token", "inconnu"], "Aucun jeton"),
    ],
)
def test_commands_refuse_plainly(accounts: RunningAccounts, arguments: list[str], message: str) -> None:
    code, output = run_command(accounts, *arguments)
    assert code == 1
    assert message in output


def test_a_member_of_staff_who_is_there_is_left_as_he_is_where_that_was_asked_for(accounts: RunningAccounts) -> None:
    command_result(accounts, "create-staff", "--unless-there", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL)["token"]
    assert run_command(accounts, "create-staff", "--unless-there", *GESTIONNAIRE) == (0, "")
    assert accounts.post("/tools/exchange", token=token).status_code == 200


def test_an_address_is_of_one_account_only(accounts: RunningAccounts) -> None:
    command_result(accounts, "create-staff", *GESTIONNAIRE)
    assert run_command(accounts, "create-staff", *GESTIONNAIRE)[0] == 1
    accounts.create_account(email=EMAIL, email_confirmation=EMAIL)
    assert "Un compte existe déjà" in accounts.newest_mail(EMAIL).subject
    accounts.activate_new_account()
    other = [EMAIL if part == EMAIL else part for part in GESTIONNAIRE]
    other[1] = "lbinet@ac-rennes.fr"
    assert run_command(accounts, "create-staff", *other)[0] == 1


def test_secrets_are_not_kept_in_the_open(accounts: RunningAccounts) -> None:
    staff = command_result(accounts, "create-staff", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL)["token"]
    with accounts.app.app_context(), db.reading() as session:
        stored = repr([vars(row) for table in (StaffMember, StaffToken, AuditEntry) for row in session.query(table)])
    for secret in (staff["password"], staff["totp_secret"], token):
        assert secret not in stored


def test_every_act_leaves_an_entry_that_cannot_be_changed(accounts: RunningAccounts) -> None:
    staff = command_result(accounts, "create-staff", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL)
    run_command(accounts, "revoke-token", token["id"])
    with accounts.app.app_context():
        with db.reading() as session:
            entries = session.query(AuditEntry).order_by(AuditEntry.id).all()
        assert [entry.action for entry in entries] == ["staff_created", "token_created", "token_revoked"]
        assert {entry.subject for entry in entries} == {staff["id"]}
        for change in ("UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"):
            with pytest.raises(DatabaseError, match="append-only"), db.operation() as session:
                session.execute(text(change))
