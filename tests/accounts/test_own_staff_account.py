"""« Mon compte » of staff: changes ask for fresh codes, recovery codes are used once, tokens are
one's own."""

from datetime import datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY
from werkzeug.test import TestResponse

from services.accounts.domain import staff
from services.accounts.domain.throttling import PER_SOURCE
from services.accounts.operations import second_factor
from services.contracts import account_rules
from tests.accounts.running_accounts import RunningAccounts, claims_of, problem_slug, refused_fields
from tests.accounts.staff_in_session import WHY, Session, code_of

NEW_PASSWORD = "Cornouiller/2021"
UNKNOWN_RECOVERY_CODE = staff.displayed_recovery_code(
    staff.RECOVERY_ALPHABET[0] * staff.RECOVERY_CODE_LENGTH
)


def recovery_codes(member: Session) -> list[str]:
    answer = member.post("/staff/me/recovery-codes")
    assert answer.status_code == 201, answer.json
    return list(answer.json["recovery_codes"])


def acts(accounts: RunningAccounts) -> list[str]:
    return [entry.action for entry in accounts.audit_entries()]


def new_password(member: Session) -> dict[str, str]:
    return {
        "current_password": member.password,
        "password": NEW_PASSWORD,
        "password_confirmation": NEW_PASSWORD,
    }


def test_a_recovery_code_opens_a_session_once_however_it_is_typed(
    accounts: RunningAccounts, member: Session
) -> None:
    first, second, *_ = recovery_codes(member)
    assert member.get("/staff/me")["recovery_codes_left"] == staff.RECOVERY_CODES
    assert member.log_in(f" {first.lower().replace('-', ' ')}").status_code == 201
    assert problem_slug(member.log_in(first)) == "identification-refusee"
    assert member.get("/staff/me")["recovery_codes_left"] == staff.RECOVERY_CODES - 1
    assert member.log_in(second).status_code == 201
    assert acts(accounts).count("recovery_code_used") == 2


def test_a_new_set_of_recovery_codes_voids_the_old_one_and_is_its_owners_alone(
    member: Session, chief: Session
) -> None:
    old = recovery_codes(member)
    new = recovery_codes(member)
    assert set(old).isdisjoint(new)
    assert problem_slug(member.log_in(old[0])) == "identification-refusee"
    assert problem_slug(chief.log_in(new[0])) == "identification-refusee"
    assert member.log_in(new[0]).status_code == 201
    for expected in (200, 422):  # it confirms the renewal of a lost factor, once
        assert member.post("/staff/me/second-factor/proposals", code=new[1]).status_code == expected
    answers = [
        member.log_in(UNKNOWN_RECOVERY_CODE).status_code for _ in range(PER_SOURCE.undelayed + 1)
    ]
    assert answers == [401] * PER_SOURCE.undelayed + [429], "slowed like wrong codes"


DANGEROUS: dict[str, dict[str, Any]] = {
    "/staff/me/recovery-codes": {},
    "/staff/me/second-factor/proposals": {},
    "/staff/me/tokens": {"name": "outil", "scopes": ["pieces:read"], "days": 30},
}


def test_a_dangerous_act_takes_a_fresh_code_once_and_not_that_of_the_log_in(
    member: Session,
) -> None:
    for path, given in DANGEROUS.items():
        of_log_in = member.code()
        assert member.log_in(of_log_in).status_code == 201
        for wrong in ("", "000000", UNKNOWN_RECOVERY_CODE, of_log_in):
            answer = member.post(path, **given, code=wrong)
            assert (answer.status_code, refused_fields(answer)) == (422, {"code"}), (path, wrong)
        code = member.code()
        assert member.post(path, **given, code=code).status_code in (200, 201), path
        again = member.post(path, **given, code=code)
        assert (again.status_code, refused_fields(again)) == (422, {"code"}), path


def test_an_act_of_another_service_takes_a_fresh_code_once(
    accounts: RunningAccounts, member: Session
) -> None:
    def confirm(code: str, session: str = member.secret) -> TestResponse:
        return accounts.post("/sessions/confirmation", session=session, code=code)

    code = member.code()
    assert claims_of(confirm(code).json["access_token"])["gave_code"] is True
    for wrong in ("", "000000", code):
        assert (confirm(wrong).status_code, refused_fields(confirm(wrong))) == (422, {"code"}), (
            wrong
        )
    assert claims_of(member.bearer)["gave_code"] is False, "the session's own token is as before"
    tools = accounts.post("/tools/exchange", token=member.new_token()["token"]).json["access_token"]
    assert "gave_code" not in claims_of(tools)
    candidate = accounts.log_in_new_candidate()
    assert confirm("000000", candidate["session"]).status_code == 403
    accounts.post("/sessions/end", session=member.secret)
    assert problem_slug(confirm(member.code())) == "session-expiree"


def test_a_token_that_may_write_lives_30_days_where_nobody_chooses(member: Session) -> None:
    def newest_life() -> int:
        """In days."""
        newest = max(
            member.get("/staff/me/tokens")["items"], key=lambda token: str(token["created_at"])
        )
        created, end = (
            datetime.fromisoformat(newest[name]) for name in ("created_at", "expires_at")
        )
        return (end - created).days

    writing = ["pieces:read", "pieces:control"]
    chosen: tuple[tuple[list[str], dict[str, int], int], ...] = (
        (["pieces:read", "candidatures:read"], {}, account_rules.READING_TOKEN_DAYS),
        (writing, {}, account_rules.WRITING_TOKEN_DAYS),
        (writing, {"days": account_rules.LONGEST_TOKEN_DAYS}, account_rules.LONGEST_TOKEN_DAYS),
    )
    for scopes, days, expected in chosen:
        member.post("/staff/me/tokens", name="outil", scopes=scopes, **days)
        assert newest_life() == expected, (scopes, days)
    member.new_token("--scopes", ",".join(writing))
    assert newest_life() == account_rules.WRITING_TOKEN_DAYS


def test_tries_at_a_code_are_slowed_and_a_right_one_starts_the_count_again(member: Session) -> None:
    for _ in range(2):
        for _ in range(PER_SOURCE.undelayed - 1):
            member.post("/staff/me/recovery-codes", code="000000")
        assert member.post("/staff/me/recovery-codes").status_code == 201
    answers = [
        member.post("/staff/me/recovery-codes", code="000000")
        for _ in range(PER_SOURCE.undelayed + 1)
    ]
    assert [answer.status_code for answer in answers] == [422] * PER_SOURCE.undelayed + [429]
    assert answers[-1].headers["Retry-After"]
    assert member.post("/staff/me/recovery-codes").status_code == 429, (
        "the right code waits as well"
    )


def test_a_new_password_ends_every_other_session(
    accounts: RunningAccounts, member: Session
) -> None:
    before = member.secret
    answer = member.post("/staff/me/password", **new_password(member))
    assert answer.status_code == 200, answer.json
    assert problem_slug(accounts.post("/sessions/exchange", session=before)) == "session-expiree"
    assert accounts.post("/sessions/exchange", session=answer.json["session"]).status_code == 200
    assert problem_slug(member.log_in()) == "identification-refusee"
    member.password = NEW_PASSWORD
    assert member.log_in().status_code == 201
    assert acts(accounts)[-2:] == ["password_changed", "staff_logged_in"]


def test_a_code_is_spent_once_its_password_has_a_turn(
    member: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a full line would be told after the code is spent."""
    taken: list[float | None] = []
    confirm = second_factor.confirm_code

    def confirm_and_note(*given: str) -> None:
        taken.append(REGISTRY.get_sample_value("pool_in_use", {"pool": "password_hashing"}))
        confirm(*given)

    monkeypatch.setattr(second_factor, "confirm_code", confirm_and_note)
    assert member.post("/staff/me/password", **new_password(member)).status_code == 200
    assert taken == [1]


def test_a_new_password_is_checked(member: Session) -> None:
    wrong: tuple[tuple[dict[str, str], str], ...] = (
        ({"current_password": "Faux/2021"}, "current_password"),
        ({"current_password": ""}, "current_password"),
        ({"password": "court", "password_confirmation": "court"}, "password"),
        ({"password_confirmation": "Autre/2021"}, "password_confirmation"),
        ({"code": "000000"}, "code"),
        ({"code": ""}, "code"),
    )
    for typed, field in wrong:
        answer = member.post("/staff/me/password", **{**new_password(member), **typed})
        assert (answer.status_code, refused_fields(answer)) == (422, {field}), typed
    assert member.log_in().status_code == 201


def test_a_second_factor_is_renewed_by_a_code_of_the_new_one(
    member: Session, chief: Session
) -> None:
    accounts = member.accounts

    def looked() -> Any:
        path = "/staff/me/second-factor/proposals/check"
        sealed = shown["sealed"]
        return accounts.call("POST", path, member.bearer, proposal=sealed).json["proposal"]

    shown = member.post("/staff/me/second-factor/proposals").json
    for who, code, said in (
        (member, "000000", "celui que montre votre application"),
        (chief, code_of(shown["secret"]), "Ce QR code n'est plus valable"),
    ):
        wrong = who.post("/staff/me/second-factor", proposal=shown["sealed"], code=code)
        assert (wrong.status_code, refused_fields(wrong)) == (422, {"code"})
        assert said in wrong.json["errors"][0]["detail"]
    assert member.log_in().status_code == 201, "the old factor is in force until then"
    assert looked() == shown
    before = member.secret
    code = code_of(shown["secret"])
    answer = member.post("/staff/me/second-factor", proposal=shown["sealed"], code=code)
    assert answer.status_code == 200, answer.json
    assert problem_slug(accounts.post("/sessions/exchange", session=before)) == "session-expiree"
    member.secret = answer.json["session"]
    assert looked() is None
    assert problem_slug(member.log_in(code)) == "identification-refusee", "that code was used"
    assert problem_slug(member.log_in()) == "identification-refusee", "the old factor is no more"
    member.totp_secret = shown["secret"]
    assert member.log_in().status_code == 201
    assert "second_factor_renewed" in acts(accounts)


def test_a_token_is_shown_once_and_does_what_was_chosen(member: Session, chief: Session) -> None:
    accounts = member.accounts
    created = member.post("/staff/me/tokens", name="suivi", scopes=["pieces:read"], days=30).json
    access = accounts.post("/tools/exchange", token=created["token"]).json["access_token"]
    assert claims_of(access)["scopes"] == ["pieces:read"]
    (listed,) = member.get("/staff/me/tokens")["items"]
    assert (listed["id"], listed["name"], listed["scopes"]) == (
        created["id"],
        "suivi",
        ["pieces:read"],
    )
    assert listed["last_used_at"] is not None
    assert created["token"] not in str(listed)
    for by, status in ((chief, 404), (member, 204)):  # one revokes one's own alone
        path = f"/staff/me/tokens/{created['id']}/revoke"
        assert accounts.call("POST", path, by.bearer).status_code == status
    assert problem_slug(accounts.post("/tools/exchange", token=created["token"])) == "jeton-refuse"


def test_a_token_is_within_ones_own_rights_and_not_those_of_a_browser(
    member: Session, chief: Session
) -> None:
    wrong: tuple[tuple[Session, dict[str, Any]], ...] = (
        (member, {"name": " "}),
        (member, {"name": "x" * (account_rules.TOKEN_NAME_LENGTH + 1)}),
        (member, {"scopes": []}),
        (member, {"scopes": ["pieces:read", "pieces:delete"]}),
        (member, {"scopes": ["staff:manage"]}),
        (member, {"scopes": ["pieces:read", "account:manage"]}),
        (chief, {"scopes": ["pieces:read", "account:manage"]}),
        (chief, {"scopes": ["pieces:read", account_rules.CATALOGUE_SCOPE]}),
        (member, {"days": account_rules.LONGEST_TOKEN_DAYS + 1}),
    )
    for who, typed in wrong:
        answer = who.post(
            "/staff/me/tokens", **{"name": "outil", "scopes": ["pieces:read"], "days": 30, **typed}
        )
        assert (answer.status_code, refused_fields(answer)) == (422, set(typed)), typed
        unknown = set(typed.get("scopes", ())) - {"pieces:read", "staff:manage"}
        assert all(
            f"Inconnues : {scope}" in answer.json["errors"][0]["detail"] for scope in unknown
        )
    assert member.get("/staff/me/tokens")["items"] == []


def test_a_token_that_outlives_its_owners_access_changes_nothing(
    accounts: RunningAccounts, member: Session
) -> None:
    bearer = member.bearer
    assert accounts.run_command("disable-staff", "--email", member.email, "--reason", WHY)[0] == 0
    for path, given in {**DANGEROUS, "/staff/me/password": new_password(member)}.items():
        assert (
            accounts.call("POST", path, bearer, code=member.code(), **given).status_code == 403
        ), path


def test_saved_filters_are_ones_own_under_names_that_are_taken_once(
    member: Session, chief: Session
) -> None:
    def save(name: str, query: str, by: Session = member) -> TestResponse:
        return member.accounts.call(
            "POST", "/staff/me/saved-filters", by.bearer, name=name, query=query
        )

    for name, query in (
        ("À valider", "etat=active"),
        (" À  valider ", "pieces=missing"),
        ("Tout", "tri=saved"),
    ):
        assert save(name, query).status_code == 204
    assert save("Tout", "etat=ecartee", by=chief).status_code == 204
    assert member.get("/staff/me")["saved_filters"] == {
        "À valider": "pieces=missing",
        "Tout": "tri=saved",
    }
    for _ in range(2):
        assert save("Tout", "").status_code == 204
    assert member.get("/staff/me")["saved_filters"] == {"À valider": "pieces=missing"}
    assert chief.get("/staff/me")["saved_filters"] == {"Tout": "etat=ecartee"}
    assert acts(member.accounts).count("filters_saved") == 5, "deleted once"


def test_filters_without_a_name_too_long_or_too_many_are_not_saved(
    accounts: RunningAccounts, member: Session
) -> None:
    def refused(**sent: str) -> set[str]:
        sent = {"name": "nom", "query": "etat=active", **sent}
        answer = accounts.call("POST", "/staff/me/saved-filters", member.bearer, **sent)
        return refused_fields(answer) if answer.status_code == 422 else set()

    longest_name, longest_query = account_rules.FILTERS_LENGTHS
    assert refused(name=" ") == refused(name="x" * (longest_name + 1)) == {"name"}
    assert refused(query="x" * (longest_query + 1)) == {"query"}
    for number in range(account_rules.MOST_SAVED_FILTERS):
        assert not refused(name=str(number))
    assert refused(name="un de plus") == {"name"}
    assert not refused(name="0", query="etat=ecartee"), "replaced"
    assert len(member.get("/staff/me")["saved_filters"]) == account_rules.MOST_SAVED_FILTERS
