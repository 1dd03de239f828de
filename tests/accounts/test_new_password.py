"""A new password for who is logged in: the current one is asked for, sessions end, nothing is done by halves."""

from __future__ import annotations

import pytest

from services.accounts.domain.throttling import PER_SOURCE
from services.accounts.password_hashing import PasswordHasher
from services.chassis.errors import Unavailable
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import RunningAccounts, problem_slug, refused_fields
from tests.accounts.test_account_change import change, identity


@pytest.mark.parametrize("typed", ["", "Faux/2021"])
def test_a_new_password_asks_for_the_current_one(accounts: RunningAccounts, typed: str) -> None:
    login = accounts.log_in_new_candidate()
    new = {"password": "Bonsoir/2021", "password_confirmation": "Bonsoir/2021", "current_password": typed}
    assert refused_fields(change(accounts, login, **new)) == {"current_password"}
    assert accounts.try_log_in().status_code == 201


def test_where_too_many_hash_at_once_nothing_of_a_change_is_done(
    accounts: RunningAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = accounts.log_in_new_candidate()

    def busy(*_: object) -> str:
        raise Unavailable("Trop de personnes s'identifient en ce moment.")

    monkeypatch.setattr(PasswordHasher, "hash", busy)
    new = {"current_password": PASSWORD, "password": "Bouleau/2023", "password_confirmation": "Bouleau/2023"}
    assert change(accounts, login, prenoms="Laurent Marie", **new).status_code == 503
    assert identity(accounts, login).prenoms == "Laurent"


def test_a_new_password_ends_every_session(accounts: RunningAccounts) -> None:
    login = accounts.log_in_new_candidate()
    new = {"password": "Bonsoir/2021", "password_confirmation": "Bonsoir/2021", "current_password": PASSWORD}
    assert change(accounts, login, **new).status_code == 200
    assert problem_slug(accounts.post("/sessions/exchange", session=login["session"])) == "session-expiree"
    assert accounts.try_log_in(password="Bonsoir/2021").status_code == 201


def test_the_current_password_cannot_be_guessed_without_end(accounts: RunningAccounts) -> None:
    login = accounts.log_in_new_candidate()
    tries = [
        accounts.call("POST", "/me/deletion", login["access_token"], current_password="Faux/2021").status_code
        for _ in range(PER_SOURCE.undelayed + 1)
    ]
    assert tries == [422] * PER_SOURCE.undelayed + [429]
