"""Passkeys of staff: added with a fresh code, they replace one at a log-in and in an act; whatever
else they answer is refused like a wrong code."""

import json
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.accounts.domain.throttling import PER_SOURCE
from services.accounts.models import StaffMember, db
from services.accounts.operations import passkeys
from services.accounts.queries.staff import passkeys_of
from services.contracts.api.passkeys import ACT, CREATION, LOG_IN, MOST_PASSKEYS
from tests.accounts.running_accounts import (
    PUBLIC_URL,
    RunningAccounts,
    problem_slug,
    refused_fields,
)
from tests.accounts.staff_in_session import EMAIL, Session
from tests.support.authenticator import Authenticator

PATH = "/staff/me/passkeys"


@pytest.fixture
def phone(member: Session) -> Authenticator:
    authenticator = Authenticator(PUBLIC_URL)
    assert add(member, authenticator).status_code == 204
    return authenticator


def options(member: Session, purpose: str) -> dict[str, Any]:
    sent = {"session": member.secret} if purpose != LOG_IN else {}
    answer = member.accounts.post("/passkeys/options", purpose=purpose, **sent)
    assert answer.status_code == 200, answer.json
    return dict(answer.json["options"])


def add(member: Session, authenticator: Authenticator, **changes: str) -> TestResponse:
    sent = {
        "name": "téléphone",
        "passkey": authenticator.make(options(member, CREATION)),
        **changes,
    }
    return member.post(PATH, **sent)


def act(member: Session, answer: str) -> TestResponse:
    return member.post("/staff/me/recovery-codes", code=answer)


def own(member: Session) -> list[dict[str, Any]]:
    return list(member.get("/staff/me")["passkeys"])


def check_refused(member: Session, answer: str) -> None:
    refused = act(member, answer)
    assert (refused.status_code, refused_fields(refused)) == (422, {"code"})


@pytest.mark.engines("sqlite", "postgresql")
def test_a_passkeys_answer_replaces_one_code_at_a_log_in_or_in_an_act(
    member: Session, phone: Authenticator
) -> None:
    [stored] = own(member)
    assert (stored["name"], stored["last_used_at"]) == ("téléphone", None)
    at_log_in = phone.answer(options(member, LOG_IN))
    assert member.log_in(at_log_in).status_code == 201
    assert problem_slug(member.log_in(at_log_in)) == "identification-refusee"
    in_act = phone.answer(options(member, ACT))
    assert act(member, in_act).status_code == 201
    check_refused(member, in_act)
    confirmed = phone.answer(options(member, ACT))
    answer = member.accounts.post("/sessions/confirmation", session=member.secret, code=confirmed)
    assert answer.status_code == 200
    assert own(member)[0]["last_used_at"] is not None
    assert member.post(f"{PATH}/{stored['id']}/removal").status_code == 204
    assert own(member) == []
    check_refused(member, phone.answer(options(member, ACT)))
    entries = [
        entry for entry in member.accounts.audit_entries() if entry.action.startswith("passkey")
    ]
    assert [entry.action for entry in entries] == [
        "passkey_added",
        *["passkey_used"] * 3,
        "passkey_removed",
    ]
    assert {json.dumps(entry.after or entry.before) for entry in entries} == {
        json.dumps({"name": "téléphone"})
    }


def test_the_password_and_the_code_are_asked_for_as_before(
    member: Session, phone: Authenticator
) -> None:
    refused = member.accounts.try_log_in(
        EMAIL, "Autre/2021", code=phone.answer(options(member, LOG_IN))
    )
    assert problem_slug(refused) == "identification-refusee"
    assert problem_slug(member.accounts.try_log_in(EMAIL, member.password)) == "second-facteur"
    assert member.log_in().status_code == 201
    for field, typed in (("code", ""), ("code", "000000"), ("name", " ")):
        assert refused_fields(add(member, Authenticator(PUBLIC_URL), **{field: typed})) == {field}
    made = Authenticator(PUBLIC_URL).make(
        options(member, CREATION)
    )  # before the answer which confirms it
    confirmed = phone.answer(options(member, ACT))
    assert member.post(PATH, name="clé", passkey=made, code=confirmed).status_code == 204
    assert len(own(member)) == 2


@pytest.mark.parametrize(
    "hostile",
    [
        {"origin": "http://portail.example.org"},
        {"origin": f"{PUBLIC_URL}:8080"},
        {"verifies": False},
        {"key": Authenticator(PUBLIC_URL).key},
        {"count": 4},
    ],
    ids=[
        "another host",
        "another port",
        "no user verification",
        "another key",
        "a count that does not grow",
    ],
)
def test_what_is_not_the_answer_of_this_passkey_on_this_portal_is_refused(
    member: Session, phone: Authenticator, hostile: dict[str, Any]
) -> None:
    phone.count = 4
    assert act(member, phone.answer(options(member, ACT))).status_code == 201
    phone.count = 5
    check_refused(member, Authenticator(**{**vars(phone), **hostile}).answer(options(member, ACT)))
    assert act(member, phone.answer(options(member, ACT))).status_code == 201


@pytest.mark.parametrize("hostile", [{"origin": "http://portail.example.org"}, {"verifies": False}])
def test_a_passkey_made_elsewhere_or_unverified_is_not_added(
    member: Session, hostile: dict[str, Any]
) -> None:
    answer = add(member, Authenticator(**{"origin": PUBLIC_URL, **hostile}))
    assert (answer.status_code, refused_fields(answer), own(member)) == (422, {"passkey"}, [])


def test_a_challenge_is_of_its_purpose_its_session_and_some_minutes(
    member: Session, chief: Session, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_refused(member, phone.answer(options(member, LOG_IN)))
    assert (
        problem_slug(member.log_in(phone.answer(options(member, ACT)))) == "identification-refusee"
    )
    check_refused(member, phone.answer(options(chief, ACT)))
    check_refused(member, phone.answer({**options(member, ACT), "challenge": "aW52ZW50ZWQ"}))
    ended = options(member, ACT)
    member.accounts.post("/sessions/end", session=member.secret)
    assert member.log_in().status_code == 201
    check_refused(member, phone.answer(ended))
    kept = options(member, ACT)
    monkeypatch.setattr(passkeys, "CHALLENGE_LIFETIME", timedelta(seconds=-1))
    check_refused(member, phone.answer(kept))


def test_a_passkey_is_its_owners_alone(
    member: Session, chief: Session, phone: Authenticator
) -> None:
    check_refused(chief, phone.answer(options(chief, ACT)))
    assert (
        problem_slug(chief.log_in(phone.answer(options(chief, LOG_IN)))) == "identification-refusee"
    )
    assert refused_fields(add(chief, phone)) == {"passkey"}, "the credential is known already"
    assert chief.post(f"{PATH}/{own(member)[0]['id']}/removal").status_code == 404
    assert len(own(member)) == 1
    assert options(chief, ACT)["allowCredentials"] == []
    assert len(options(member, ACT)["allowCredentials"]) == 1
    assert options(member, LOG_IN)["allowCredentials"] == []


def test_whoever_is_no_member_of_staff_in_a_session_has_none(
    accounts: RunningAccounts, member: Session
) -> None:
    candidate = accounts.log_in_new_candidate()
    for session in ("", "unknown", candidate["session"]):
        answer = accounts.post("/passkeys/options", purpose=CREATION, session=session)
        assert problem_slug(answer) == "session-expiree", session
    assert (
        accounts.call("POST", "/passkeys/options", member.bearer, purpose=LOG_IN).status_code == 403
    )
    for path in (PATH, f"{PATH}/1/removal"):
        assert accounts.call("POST", path, candidate["access_token"]).status_code == 403
        assert accounts.post(path).status_code == 403, "the gateway itself"


@pytest.mark.parametrize(
    "given",
    [
        "{",
        "{}",
        "[]",
        '{"id":1}',
        '{"id":"a","rawId":"a","response":[]}',
        '{"id":"\\u0000","rawId":"é"}',
        "{" * 900,
    ],
)
def test_what_is_no_answer_at_all_is_refused(
    member: Session, phone: Authenticator, given: str
) -> None:
    check_refused(member, given)
    assert refused_fields(add(member, phone, passkey=given)) == {"passkey"}


def test_each_part_of_an_answer_may_be_anything(member: Session, phone: Authenticator) -> None:
    anything: tuple[Any, ...] = (None, 1, [], "", "é", "AAAA")
    for name in ("clientDataJSON", "authenticatorData", "signature"):
        for part in anything:
            answer = json.loads(phone.answer(options(member, ACT)))
            answer["response"][name] = part
            with member.accounts.app.app_context(), db.operation() as transaction:
                row = transaction.get_one(StaffMember, member.id)
                assert not passkeys.use(transaction, row, json.dumps(answer), at_log_in=False), (
                    name,
                    part,
                )
    for part in anything:
        made = json.loads(phone.make(options(member, CREATION)))
        made["response"]["attestationObject"] = part
        assert refused_fields(add(member, phone, passkey=json.dumps(made))) == {"passkey"}, part


def test_tries_are_slowed_and_the_only_second_factor_that_works_stays(
    member: Session, phone: Authenticator
) -> None:
    assert add(member, Authenticator(PUBLIC_URL)).status_code == 204
    with member.accounts.app.app_context(), db.operation() as transaction:
        transaction.get_one(StaffMember, member.id).totp_sealed = "sealed with a key that is lost"
    first, last = (passkey["id"] for passkey in own(member))
    assert member.post(f"{PATH}/{first}/removal", code="").status_code == 204
    assert member.post(f"{PATH}/{last}/removal", code="").status_code == 409
    assert len(own(member)) == 1
    answers = [act(member, "{}").status_code for _ in range(PER_SOURCE.undelayed + 1)]
    assert answers == [422] * PER_SOURCE.undelayed + [429]


def test_there_are_so_many_at_most_and_none_after_a_renewed_access(
    member: Session, phone: Authenticator
) -> None:
    for _ in range(MOST_PASSKEYS - 1):
        assert add(member, Authenticator(PUBLIC_URL)).status_code == 204
    assert refused_fields(add(member, Authenticator(PUBLIC_URL))) == {"name"}
    member.accounts.command_result("renew-staff", "--email", EMAIL)
    with member.accounts.app.app_context(), db.reading() as transaction:
        assert passkeys_of(transaction, member.id) == []
