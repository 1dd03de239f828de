"""A new password for who is logged in: the current one is asked for, sessions end, nothing is done by halves."""

from __future__ import annotations

import pytest

from services.accounts.hashing import Passwords
from services.chassis.errors import Unavailable
from tests.accounts.house import House, pointers, slug
from tests.accounts.people import PASSWORD
from tests.accounts.test_change import change, identity


@pytest.mark.parametrize("typed", ["", "Faux/2021"])
def test_a_new_password_asks_for_the_current_one(house: House, typed: str) -> None:
    held = house.logged_in()
    new = {"password": "Bonsoir/2021", "password_confirmation": "Bonsoir/2021", "current_password": typed}
    assert pointers(change(house, held, **new)) == {"current_password"}
    assert house.try_log_in().status_code == 201


def test_where_too_many_hash_at_once_nothing_of_a_change_is_done(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held = house.logged_in()

    def busy(*_: object) -> str:
        raise Unavailable("Trop de personnes s'identifient en ce moment.")

    monkeypatch.setattr(Passwords, "hash", busy)
    new = {"current_password": PASSWORD, "password": "Bouleau/2023", "password_confirmation": "Bouleau/2023"}
    assert change(house, held, prenoms="Laurent Marie", **new).status_code == 503
    assert identity(house, held).prenoms == "Laurent"


def test_a_new_password_ends_every_session(house: House) -> None:
    held = house.logged_in()
    new = {"password": "Bonsoir/2021", "password_confirmation": "Bonsoir/2021", "current_password": PASSWORD}
    assert change(house, held, **new).status_code == 200
    assert slug(house.post("/sessions/exchange", session=held["session"])) == "session-expiree"
    assert house.try_log_in(password="Bonsoir/2021").status_code == 201


def test_the_current_password_cannot_be_guessed_without_end(house: House) -> None:
    held = house.logged_in()
    tries = [
        house.call("POST", "/me/deletion", held["access_token"], current_password="Faux/2021").status_code
        for _ in range(6)
    ]
    assert tries == [422] * 5 + [429]
