"""Staff made by commands: second factor, tools' tokens, and the trail that nobody can change."""

import jwt

from services.accounts.models import StaffToken, db
from services.accounts.settings import AccountsSettings
from services.contracts.page_sizes import TEAM_PAGE
from tests.accounts.running_accounts import RunningAccounts, age_sessions, problem_slug
from tests.accounts.staff_in_session import (
    EMAIL,
    GESTIONNAIRE,
    PERSON,
    Session,
    code_of,
    log_in_staff,
    logged_in,
    run_command,
)
from tests.accounts.staff_in_session import command_result as command_result


def test_staff_log_in_with_the_code_of_the_moment_once(accounts: RunningAccounts) -> None:
    staff = command_result(accounts, "create-staff", *GESTIONNAIRE)
    without_code = accounts.try_log_in(EMAIL, "Faux/2021")
    assert problem_slug(without_code) == "identification-refusee", "nobody learns that a code is asked"
    assert problem_slug(accounts.try_log_in(EMAIL, staff["password"])) == "second-facteur"
    wrong_code = accounts.try_log_in(EMAIL, staff["password"], code="000000")
    assert (problem_slug(wrong_code), "code" in wrong_code.json["detail"]) == ("identification-refusee", True)
    code = code_of(staff["totp_secret"])
    entered = accounts.try_log_in(EMAIL, staff["password"], code=code)
    assert entered.status_code == 201
    assert (entered.json["kind"], entered.json["role"]) == ("staff", "gestionnaire")
    assert entered.json["academies"] == ["03", "19"]
    assert problem_slug(accounts.try_log_in(EMAIL, staff["password"], code=code)) == "identification-refusee"


def test_who_lost_his_second_factor_gets_another_and_his_sessions_and_tokens_end(accounts: RunningAccounts) -> None:
    lost = command_result(accounts, "create-staff", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL)["token"]
    login = log_in_staff(accounts, lost)
    new = command_result(accounts, "renew-staff", "--email", EMAIL)
    assert problem_slug(accounts.post("/sessions/exchange", session=login["session"])) == "session-expiree"
    assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"
    log_in_staff(accounts, new)
    assert problem_slug(accounts.try_log_in(EMAIL, lost["password"])) == "identification-refusee"


def test_a_session_of_staff_ends_after_a_quarter_of_an_hour_a_candidates_later(accounts: RunningAccounts) -> None:
    of_staff = log_in_staff(accounts, command_result(accounts, "create-staff", *GESTIONNAIRE))["session"]
    candidates = accounts.log_in_new_candidate()["session"]
    age_sessions(accounts, seen=AccountsSettings.staff_session_idle_seconds - 60)
    for session in (of_staff, candidates):
        assert accounts.post("/sessions/exchange", session=session).status_code == 200
    age_sessions(accounts, seen=AccountsSettings.staff_session_idle_seconds)
    assert problem_slug(accounts.post("/sessions/exchange", session=of_staff)) == "session-expiree"
    assert accounts.post("/sessions/exchange", session=candidates).status_code == 200


def test_a_tools_token_gives_its_scopes_within_its_owners_academies_or_every_one(accounts: RunningAccounts) -> None:
    command_result(accounts, "create-staff", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL, "--scopes", "pieces:read")["token"]
    answer = accounts.post("/tools/exchange", token=token)
    claims = jwt.decode(answer.json["access_token"], options={"verify_signature": False})
    assert (claims["kind"], claims["role"], claims["azp"]) == ("staff", "gestionnaire", "gateway")
    assert (claims["scopes"], claims["academies"]) == (["pieces:read"], ["03", "19"])
    admin = ("--email", "admin@x.fr", "--role", "administrateur", *PERSON)
    command_result(accounts, "create-staff", *admin, "--password-stdin", stdin="Bouleau/2021\n")
    token = command_result(accounts, "create-token", "--email", "admin@x.fr")["token"]
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


def test_commands_refuse_plainly(accounts: RunningAccounts) -> None:
    unknown_academie = ("create-staff", "--email", EMAIL, "--role", "gestionnaire", "--academies", "99", *PERSON)
    for words, message in (
        (unknown_academie, "99"),
        (("create-token", "--email", "inconnu@x.fr"), "Aucun compte"),
        (("revoke-token", "inconnu"), "Aucun jeton"),
    ):
        code, output = run_command(accounts, *words)
        assert (code, message in output) == (1, True), (words, output)


def test_an_address_is_of_one_account_only_which_is_left_as_it_is(accounts: RunningAccounts) -> None:
    command_result(accounts, "create-staff", "--unless-there", *GESTIONNAIRE)
    token = command_result(accounts, "create-token", "--email", EMAIL)["token"]
    assert run_command(accounts, "create-staff", "--unless-there", *GESTIONNAIRE) == (0, "")
    assert accounts.post("/tools/exchange", token=token).status_code == 200
    assert run_command(accounts, "create-staff", *GESTIONNAIRE)[0] == 1
    accounts.create_account(email=EMAIL)
    assert "Un compte existe déjà" in accounts.newest_mail(EMAIL).subject
    candidate = accounts.activate_new_account()
    of_candidate = [candidate if word == EMAIL else word for word in GESTIONNAIRE]
    assert run_command(accounts, "create-staff", *of_candidate)[0] == 1


def names(reader: Session, *others: Session) -> dict[str, str]:
    items = reader.get(f"/staff/names?ids={','.join(other.id for other in others)}")["items"]
    return {item["id"]: f"{item['prenoms']} {item['nom']}" for item in items}


def test_names_are_of_who_shares_an_academie(accounts: RunningAccounts) -> None:
    reader = logged_in(accounts, "a@example.org", "gestionnaire", "03,19")
    colleague = logged_in(accounts, "b@example.org", "gestionnaire", "19,20")
    stranger = logged_in(accounts, "c@example.org", "gestionnaire", "20")
    chief = logged_in(accounts, "d@example.org")
    assert names(reader, colleague, stranger, chief) == {colleague.id: "Anne Martin", chief.id: "Anne Martin"}
    assert names(chief, reader, stranger).keys() == {reader.id, stranger.id}
    for query in ("", "?ids=", f"?ids={'x' * 33}", f"?ids={','.join('ab' for _ in range(TEAM_PAGE + 1))}"):
        assert accounts.call("GET", f"/staff/names{query}", reader.bearer).status_code == 422, query
