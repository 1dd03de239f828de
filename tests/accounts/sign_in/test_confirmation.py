"""An act that who has come with FranceConnect confirms by signing in anew, in the place of the password."""

import time
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from services.accounts.models import LoginSession, db
from services.accounts.operations.sessions import CONFIRMATION_LIFETIME
from services.chassis.clock import system_now
from tests.accounts.running_accounts import RunningAccounts, problem_slug
from tests.accounts.sign_in.sign_ins import SignIns, claiming, refused
from tests.support.identity_providers import person

ACT, OTHER_ACT = "ab" * 32, "cd" * 32


@dataclass
class SignedIn:
    """Angela, in the session of an account without a password."""

    by: SignIns
    who: dict[str, Any]

    def __post_init__(self) -> None:
        self.by.create(self.who)
        self.opened = dict(self.by.come_back(self.who).json["opened"])
        self.session = str(self.opened["session"])

    def confirm(self, act: str = ACT, who: dict[str, Any] | None = None) -> TestResponse:
        """Sign in anew for an act, as this person."""
        leaving = {"act": act, "session": self.session}
        return self.by.come_back(who or self.who, leaving=leaving, session=self.session)

    def prove(self, digest: str = ACT, opened: dict[str, Any] | None = None, **given: str) -> TestResponse:
        """That the act was confirmed: by this session, unless another is given."""
        opened = opened or self.opened
        sent = {"current_password": "", "digest": digest, "session": opened["session"], **given}
        return self.by.accounts.call("POST", "/me/password-proof", opened["access_token"], **sent)


@pytest.fixture
def angela(franceconnect: SignIns) -> SignedIn:
    return SignedIn(franceconnect, person())


def test_a_sign_in_anew_confirms_one_act_once(accounts: RunningAccounts, angela: SignedIn) -> None:
    begun = accounts.post("/sign-ins", provider="franceconnect", act=ACT, session=angela.session).json or {}
    assert {"prompt=login", "max_age=0"} <= set(begun["address"].partition("?")[2].split("&"))
    assert problem_slug(angela.prove()) == "saisie-invalide"
    answer = angela.confirm()
    assert (answer.json["confirmed"], answer.json["opened"]) == (True, None)
    assert angela.prove(OTHER_ACT).status_code == 422
    assert angela.prove().status_code == 200
    again = angela.prove()
    assert (again.status_code, "a déjà servi" in again.json["errors"][0]["detail"]) == (422, True)


def test_a_confirmation_is_of_one_session_and_of_some_minutes(accounts: RunningAccounts, angela: SignedIn) -> None:
    assert angela.confirm().json["confirmed"]
    other = angela.by.come_back(angela.who).json["opened"]
    assert angela.prove(opened=other).status_code == 422
    stranger = accounts.log_in_new_candidate()
    assert angela.prove(opened=stranger, session=angela.session).status_code == 422, "of the account's owner alone"
    with accounts.app.app_context(), db.operation() as session:
        session.execute(update(LoginSession).values(confirmed_at=system_now() - CONFIRMATION_LIFETIME))
    assert angela.prove().status_code == 422
    assert angela.confirm().json["confirmed"]
    accounts.post("/sessions/end", session=angela.session)
    assert angela.prove().status_code == 422
    assert problem_slug(angela.confirm()) == "session-expiree"


@pytest.mark.parametrize("act", ["copies", "erasure", "deletion"])
def test_what_asks_for_the_password_again_takes_a_confirmation_of_itself_alone(angela: SignedIn, act: str) -> None:
    for confirmed, is_done in (("another", False), ({"copies": "copy"}.get(act, act), True)):
        assert angela.confirm(confirmed).json["confirmed"]
        sent = {"current_password": "", "session": angela.session}
        answer = angela.by.accounts.call("POST", f"/me/{act}", angela.opened["access_token"], **sent)
        assert (answer.status_code < 300) is is_done, answer.json


def test_nobody_else_confirms(franceconnect: SignIns, angela: SignedIn) -> None:
    namesake = person()
    franceconnect.create(namesake)
    for who in (person(), {**angela.who, "sub": "changed"}, namesake):
        assert "n'est pas celle qui ouvre" in refused(angela.confirm(who=who))
    other = franceconnect.come_back(angela.who).json["opened"]
    leaving = {"act": ACT, "session": angela.session}
    refused(franceconnect.come_back(angela.who, leaving=leaving, session=other["session"]))
    assert franceconnect.come_back(angela.who, session=angela.session).json["opened"], "a sign-in confirms nothing"
    for each in (angela.opened, other):
        assert angela.prove(opened=each).status_code == 422


@pytest.mark.parametrize(
    "auth_time",
    [None, 0, "now", int(time.time()) - 600, int(time.time()) + 6000],
    ids=["none", "0", "now", "ten minutes ago", "later"],
)
def test_who_was_signed_in_before_has_not_confirmed(angela: SignedIn, auth_time: Any) -> None:
    claiming(angela.by.provider, auth_time=auth_time)
    refused(angela.confirm())
    assert angela.prove().status_code == 422
