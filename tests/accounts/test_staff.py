"""Staff made by commands: second factor, tools' tokens, lists, profiles; disabled ones have no way
in, and stay."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy import select

from services.accounts.models import LoginSession, StaffMember, StaffToken, db
from services.accounts.operations.staff_accounts import disable_staff
from services.accounts.settings import AccountsSettings
from services.chassis.database.audit import Actor
from services.chassis.errors import DomainError
from services.contracts.account_rules import REASON_LENGTHS
from services.contracts.page_sizes import TEAM_PAGE
from tests.accounts.running_accounts import RunningAccounts, claims_of, problem_slug
from tests.accounts.staff_in_session import (
    CHIEF,
    EMAIL,
    WHY,
    Session,
    code_of,
    created,
    creation,
    logged_in,
)
from tests.support.processes import wait_until

SHORTEST_REASON, LONGEST_REASON = REASON_LENGTHS
SECOND = "adjointe@dec.example"


def exchanged(accounts: RunningAccounts, token: str) -> dict[str, Any]:
    """What the access token of a tool says."""
    answer = accounts.post("/tools/exchange", token=token)
    assert answer.status_code == 200, answer.json
    return claims_of(answer.json["access_token"])


def listed(accounts: RunningAccounts, *command: str) -> list[dict[str, Any]]:
    code, output = accounts.run_command(*command)
    assert code == 0, output
    return [json.loads(line) for line in output.splitlines()]


def disable(accounts: RunningAccounts, email: str = EMAIL, reason: str = WHY) -> tuple[int, str]:
    return accounts.run_command("disable-staff", "--email", email, "--reason", reason)


def test_staff_log_in_with_the_code_of_the_moment_once(accounts: RunningAccounts) -> None:
    staff = created(accounts)
    without_code = accounts.try_log_in(EMAIL, "Faux/2021")
    assert problem_slug(without_code) == "identification-refusee", (
        "nobody learns that a code is asked"
    )
    assert problem_slug(accounts.try_log_in(EMAIL, staff.password)) == "second-facteur"
    wrong_code = staff.log_in("000000")
    assert (problem_slug(wrong_code), "code" in wrong_code.json["detail"]) == (
        "identification-refusee",
        True,
    )
    code = code_of(staff.totp_secret)
    entered = staff.log_in(code)
    assert entered.status_code == 201
    assert (entered.json["kind"], entered.json["role"]) == ("staff", "gestionnaire")
    assert entered.json["academies"] == ["03", "19"]
    assert problem_slug(staff.log_in(code)) == "identification-refusee"


def test_who_lost_his_second_factor_gets_another_and_his_sessions_and_tokens_end(
    member: Session,
) -> None:
    accounts = member.accounts
    token = member.new_token()["token"]
    new = accounts.command_result("renew-staff", "--email", EMAIL)
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=member.secret))
        == "session-expiree"
    )
    assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"
    assert problem_slug(accounts.try_log_in(EMAIL, member.password)) == "identification-refusee"
    member.password = new["password"]
    member.totp_secret = new["totp_secret"]
    assert member.log_in().status_code == 201


def test_a_session_of_staff_ends_after_a_quarter_of_an_hour_a_candidates_later(
    member: Session,
) -> None:
    accounts = member.accounts
    candidates = accounts.log_in_new_candidate()["session"]
    accounts.age_sessions(seen=AccountsSettings.staff_session_idle_seconds - 60)
    for session in (member.secret, candidates):
        assert accounts.post("/sessions/exchange", session=session).status_code == 200
    accounts.age_sessions(seen=AccountsSettings.staff_session_idle_seconds)
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=member.secret))
        == "session-expiree"
    )
    assert accounts.post("/sessions/exchange", session=candidates).status_code == 200


def test_a_tools_token_gives_its_scopes_within_its_owners_academies_or_every_one(
    accounts: RunningAccounts,
) -> None:
    claims = exchanged(accounts, created(accounts).new_token("--scopes", "pieces:read")["token"])
    assert (claims["kind"], claims["role"], claims["azp"]) == ("staff", "gestionnaire", "gateway")
    assert (claims["scopes"], claims["academies"]) == (["pieces:read"], ["03", "19"])
    administrateur = creation(CHIEF, "administrateur", "")
    code, output = accounts.run_command(*administrateur, "--password-stdin", stdin="Bouleau/2021\n")
    assert code == 0, output
    token = accounts.command_result("create-token", "--email", CHIEF)["token"]
    assert exchanged(accounts, token)["academies"] is None


def test_a_revoked_an_expired_and_an_invented_token_are_refused(accounts: RunningAccounts) -> None:
    staff = created(accounts)
    revoked, expired = (staff.new_token("--days", "1") for _ in range(2))
    assert accounts.run_command("revoke-token", revoked["id"])[0] == 0
    with accounts.app.app_context(), db.operation() as transaction:
        row = transaction.get_one(StaffToken, expired["id"])
        row.expires_at = row.created_at
    for token in (revoked["token"], expired["token"], "inventé"):
        assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"


def test_commands_refuse_plainly(accounts: RunningAccounts) -> None:
    for words, message in (
        (creation(EMAIL, "gestionnaire", "99"), "99"),
        (("create-token", "--email", "inconnu@x.fr"), "Aucun compte"),
        (("revoke-token", "inconnu"), "Aucun jeton"),
    ):
        code, output = accounts.run_command(*words)
        assert (code, message in output) == (1, True), (words, output)


def test_an_address_is_of_one_account_only_which_is_left_as_it_is(
    accounts: RunningAccounts,
) -> None:
    words = creation(EMAIL, "gestionnaire", "03")
    accounts.command_result(*words, "--unless-there")
    token = accounts.command_result("create-token", "--email", EMAIL)["token"]
    assert accounts.run_command(*words, "--unless-there") == (0, "")
    assert exchanged(accounts, token)
    assert accounts.run_command(*words)[0] == 1
    accounts.create_account(email=EMAIL)
    assert "Un compte existe déjà" in accounts.newest_mail(EMAIL).subject
    assert (
        accounts.run_command(*creation(accounts.activate_new_account(), "gestionnaire", "03"))[0]
        == 1
    )


def names(reader: Session, *others: Session) -> dict[str, str]:
    items = reader.get(f"/staff/names?ids={','.join(other.id for other in others)}")["items"]
    return {item["id"]: f"{item['prenoms']} {item['nom']}" for item in items}


def test_names_are_of_who_shares_an_academie(accounts: RunningAccounts, chief: Session) -> None:
    reader = logged_in(accounts, "a@example.org", "gestionnaire", "03,19")
    colleague = created(accounts, "b@example.org", academies="19,20")
    stranger = created(accounts, "c@example.org", academies="20")
    assert names(reader, colleague, stranger, chief) == {
        colleague.id: "Anne Martin",
        chief.id: "Anne Martin",
    }
    assert names(chief, reader, stranger).keys() == {reader.id, stranger.id}
    for query in (
        "",
        "?ids=",
        f"?ids={'x' * 33}",
        f"?ids={','.join('ab' for _ in range(TEAM_PAGE + 1))}",
    ):
        assert accounts.call("GET", f"/staff/names{query}", reader.bearer).status_code == 422, query


def test_who_is_disabled_has_no_session_no_token_and_no_way_in(
    accounts: RunningAccounts, member: Session
) -> None:
    token = member.new_token()["token"]
    assert disable(accounts)[0] == 0
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=member.secret))
        == "session-expiree"
    )
    assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"
    assert problem_slug(member.log_in()) == "compte-desactive"
    assert problem_slug(accounts.try_log_in(EMAIL, "Faux/2021")) == "identification-refusee"
    refused, output = accounts.run_command("create-token", "--email", EMAIL)
    assert (refused, "désactivé" in output) == (1, True)
    with accounts.app.app_context(), db.operation() as transaction:
        for row in transaction.scalars(select(LoginSession)):
            row.ended_at = None  # as one that begins at the same moment
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=member.secret))
        == "session-expiree"
    )


def test_another_profile_counts_for_open_sessions_and_tokens(
    chief: Session, member: Session
) -> None:
    token = member.new_token()["token"]
    path = f"/staff/{member.id}/profile"
    profile = {"role": "consultation", "academies": ["07", "03", "03"], "reason": WHY}
    answer = chief.post(path, **profile)
    assert answer.status_code == 204, answer.json
    session = member.accounts.post("/sessions/exchange", session=member.secret).json
    assert (session["role"], session["academies"]) == ("consultation", ["03", "07"])
    assert session["scopes"] == ["account:manage", "candidatures:read", "pieces:read"]
    tool = exchanged(member.accounts, token)
    assert (tool["scopes"], tool["academies"]) == (["pieces:read"], ["03", "07"])
    [entry] = [
        entry
        for entry in chief.get("/audit")["entries"]
        if entry["action"] == "staff_profile_changed"
    ]
    assert entry["before"] == {"role": "gestionnaire", "academies": ["03"]}
    assert entry["after"] == {"role": "consultation", "academies": ["03", "07"], "reason": WHY}
    mistakes: tuple[dict[str, Any], ...] = (
        {"academies": []},
        {"role": "recteur"},
        {"code": "000000"},
    )
    for wrong in mistakes:
        assert chief.post(path, **{**profile, **wrong}).status_code == 422, wrong
    assert member.post(path, **profile).status_code == 403
    own = chief.post(f"/staff/{chief.id}/profile", **profile)
    assert (own.status_code, problem_slug(own)) == (409, "soi-meme"), own.json


def test_who_comes_back_logs_in_as_before_and_needs_new_tokens(
    accounts: RunningAccounts, member: Session
) -> None:
    token = member.new_token()["token"]
    before = member.secret
    for command in ("disable-staff", "enable-staff"):
        assert accounts.run_command(command, "--email", EMAIL, "--reason", WHY)[0] == 0
    assert problem_slug(accounts.post("/sessions/exchange", session=before)) == "session-expiree"
    assert member.log_in().status_code == 201
    assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"
    assert exchanged(accounts, member.new_token()["token"])


def test_nothing_is_deleted_and_the_trail_says_who_when_and_why(
    accounts: RunningAccounts, chief: Session
) -> None:
    staff = created(accounts)
    staff.new_token()
    for _ in range(2):  # said twice, it is done and told once
        assert chief.post(f"/staff/{staff.id}/disable", reason=WHY).status_code == 204
    for _ in range(2):
        assert chief.post(f"/staff/{staff.id}/enable", reason="Retour").status_code == 204
    assert staff.id in [member.id for member in accounts.stored(StaffMember)]
    assert [token.staff_id for token in accounts.stored(StaffToken)] == [staff.id]
    entries = accounts.audit_entries(staff.id)[-2:]
    acts = [(entry.action, entry.actor_id, (entry.after or {}).get("reason")) for entry in entries]
    assert acts == [("staff_disabled", chief.id, WHY), ("staff_enabled", chief.id, "Retour")]
    for act in ("disable", "enable", "second-factor-reset"):
        assert chief.post(f"/staff/{'0' * 32}/{act}", reason=WHY).status_code == 404
    assert chief.post(f"/staff/{'0' * 32}/invitation").status_code == 404
    assert chief.post(f"/staff/{'0' * 32}/disable").status_code == 422
    unknown_token = f"/staff/tokens/{'0' * 32}/revoke"
    assert accounts.call("POST", unknown_token, chief.bearer, reason=WHY).status_code == 404


def test_nobody_disables_himself_nor_the_last_administrateur(
    accounts: RunningAccounts, chief: Session
) -> None:
    assert problem_slug(chief.post(f"/staff/{chief.id}/disable", reason=WHY)) == "soi-meme"
    invited = {
        "email": "x@dec.example",
        "nom": "N",
        "prenoms": "P",
        "role": "administrateur",
        "academies": [],
    }
    assert chief.post("/staff", **invited).status_code == 201, (
        "who is only invited is not the one who remains"
    )
    code, output = disable(accounts, CHIEF)
    assert (code, "dernier administrateur" in output) == (1, True)
    logged_in(accounts, SECOND)
    assert [disable(accounts, email)[0] for email in (CHIEF, SECOND)] == [0, 1]


@pytest.mark.engines("sqlite", "postgresql")
def test_two_administrateurs_who_disable_each_other_leave_one(
    accounts: RunningAccounts, chief: Session
) -> None:
    second = logged_in(accounts, SECOND)
    answers: list[int] = []

    def disables(actor: str, whom: str) -> None:
        with accounts.app.app_context():
            try:
                disable_staff(whom, WHY, Actor("staff", actor))
                answers.append(204)
            except DomainError as refusal:
                answers.append(refusal.http_status)

    both = [
        threading.Thread(target=disables, args=pair)
        for pair in ((chief.id, second.id), (second.id, chief.id))
    ]
    with accounts.app.app_context(), db.operation() as transaction:
        transaction.scalars(
            select(StaffMember).with_for_update()
        ).all()  # both have begun before either goes on
        for thread in both:
            thread.start()
        if db.engine.dialect.name == "postgresql":
            wait_until(lambda: accounts.waiting_for_locks() == 2, 60, "both wait for the rows")
    for thread in both:
        thread.join()
    assert sorted(answers) == [204, 403]


def test_an_access_token_that_outlives_its_rights_disables_nobody(
    accounts: RunningAccounts, chief: Session
) -> None:
    bearer = chief.bearer
    staff = created(accounts)
    logged_in(accounts, SECOND)
    disable(accounts, CHIEF)
    for act in ("disable", "enable"):
        answer = accounts.call(
            "POST", f"/staff/{staff.id}/{act}", bearer, reason=WHY, code=chief.code()
        )
        assert answer.status_code == 403


def test_a_command_takes_the_reasons_that_the_api_takes(accounts: RunningAccounts) -> None:
    created(accounts)
    for length, expected in (
        (SHORTEST_REASON - 1, 2),
        (LONGEST_REASON + 1, 2),
        (SHORTEST_REASON, 0),
    ):
        code, output = disable(accounts, reason="x" * length)
        said = f"de {SHORTEST_REASON} à {LONGEST_REASON} caractères" in output
        assert (code, said) == (expected, expected == 2), length


def test_the_team_is_the_same_in_its_list_by_the_command_and_in_pages(
    chief: Session, member: Session
) -> None:
    answered = chief.get("/staff")
    shown = listed(chief.accounts, "list-staff")
    assert [row["id"] for row in answered["items"]] == [row["id"] for row in shown]
    first = chief.get("/staff?limit=1")
    second = chief.get(f"/staff?limit=1&cursor={first['next_cursor']}")
    assert first["items"] + second["items"] == answered["items"]
    last = chief.get(f"/staff?limit=1&cursor={second['next_cursor']}")
    assert last == {"items": [], "next_cursor": None}


def test_a_list_tells_who_may_come_in(chief: Session, member: Session) -> None:
    (row,) = (row for row in listed(chief.accounts, "list-staff") if row["email"] == EMAIL)
    assert (row["id"], row["role"], row["academies"]) == (member.id, "gestionnaire", ["03"])
    assert (row["disabled_at"], row["second_factor"]) == (None, True)
    assert row["last_login_at"] is not None


def test_a_list_tells_with_which_tokens_somebody_comes_in(chief: Session, member: Session) -> None:
    token = member.new_token("--name", "bureau")
    chief.new_token()
    (row,) = listed(chief.accounts, "list-tokens", "--email", EMAIL)
    shown = (row["id"], row["name"], row["last_used_at"])
    assert shown == (token["id"], "bureau", None)
    assert chief.get(f"/staff/{member.id}/tokens")["items"][0]["id"] == token["id"]
    assert len(listed(chief.accounts, "list-tokens")) == 2


def test_no_list_tells_a_secret(chief: Session, member: Session) -> None:
    token = member.new_token("--name", "bureau")
    lists = [
        listed(chief.accounts, "list-staff"),
        chief.get("/staff"),
        listed(chief.accounts, "list-tokens"),
    ]
    for secret in (member.password, member.totp_secret, token["token"], "hash", "sealed"):
        assert secret not in json.dumps(lists)


def test_a_token_that_is_revoked_lets_nobody_in(chief: Session, member: Session) -> None:
    accounts = chief.accounts
    token = member.new_token("--name", "bureau")
    revoked = accounts.call("POST", f"/staff/tokens/{token['id']}/revoke", chief.bearer, reason=WHY)
    assert revoked.status_code == 204
    assert problem_slug(accounts.post("/tools/exchange", token=token["token"])) == "jeton-refuse"
