"""Creations at one address before its activation: each stands by itself, and whichever is activated is the account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from services.accounts.hashing import Passwords
from services.accounts.jobs import erase_accounts_not_activated
from services.accounts.models import Account, LoginFailures, MailLink, db, events
from services.chassis.clock import system_now
from tests.accounts.house import House, slug
from tests.accounts.people import PASSWORD
from tests.accounts.test_change import NEW_EMAIL, ask_new_email
from tests.accounts.test_correction import administrator as administrator
from tests.accounts.test_correction import found
from tests.accounts.test_staff import made

EMAIL = "lbinet@ac-rennes.fr"
STRANGERS_PASSWORD = "Peuplier/1987"
STRANGER = {"prenoms": "Autre", "password": STRANGERS_PASSWORD, "password_confirmation": STRANGERS_PASSWORD}


def created(house: House, **changes: Any) -> tuple[str, str]:
    """What the creation is called, and the token of its link."""
    answer = house.create(**changes)
    assert answer.status_code == 202
    return answer.json["creation"], house.newest_token(EMAIL, "Activer")


def state(house: House, token: str) -> str:
    return str(house.post("/activations/check", token=token).json["state"])


def rows(house: House) -> list[Account]:
    with house.app.app_context(), db.reading() as session:
        return session.query(Account).all()


@pytest.mark.parametrize("followed", [0, 1])
def test_whichever_link_is_followed_makes_its_own_account_and_the_other_dies(house: House, followed: int) -> None:
    tokens = [created(house)[1], created(house, **STRANGER)[1]]
    people = [("Laurent", PASSWORD), ("Autre", STRANGERS_PASSWORD)]
    assert house.post("/activations", token=tokens[followed]).json == {"email": EMAIL}
    prenoms, password = people[followed]
    assert house.try_log_in(password=password).json["prenoms"] == prenoms
    assert slug(house.try_log_in(password=people[1 - followed][1])) == "identification-refusee"
    assert slug(house.post("/activations", token=tokens[1 - followed])) == "lien-sans-objet"
    assert [row.prenoms for row in rows(house)] == [prenoms]


def test_the_link_says_whose_account_it_activates_and_when_that_was_asked_for(house: House) -> None:
    _, token = created(house)
    asked = house.post("/activations/check", token=token).json["asked"]
    assert {name: asked[name] for name in ("nom_famille", "prenoms", "date_naissance")} == {
        "nom_famille": "BINET",
        "prenoms": "Laurent",
        "date_naissance": "2001-02-01",
    }
    assert asked["at"].startswith("2021-10-04T12:08")
    house.post("/activations", token=token)
    assert "asked" not in (house.post("/activations/check", token=token).json or {})


def test_a_mail_asked_for_again_kills_the_older_links_of_its_creation_at_once_and_no_others(house: House) -> None:
    mine, first = created(house)
    _, strangers = created(house, **STRANGER)
    assert house.post("/activations/resend", email=EMAIL, creation=mine).status_code == 202
    assert (state(house, first), state(house, strangers)) == ("replaced", "usable")
    assert house.post("/activations", token=house.newest_token(EMAIL)).status_code == 200
    assert house.try_log_in().json["prenoms"] == "Laurent"


def test_a_mail_whose_link_was_replaced_while_it_waited_is_not_sent(house: House) -> None:
    house.mailbox.refuse("451 Try again later")
    mine = house.create().json["creation"]
    house.deliver()
    house.mailbox.refuse(None)
    house.post("/activations/resend", email=EMAIL, creation=mine)
    newest = house.newest_token(EMAIL)
    with house.app.app_context(), db.operation() as session:
        session.execute(update(events.Outbox).values(available_at=system_now()))
    house.deliver()
    assert len(house.mailbox.find(EMAIL)) == 1
    assert state(house, newest) == "usable"


@pytest.mark.parametrize("creation", [None, "x" * 32])
def test_a_mail_asked_for_elsewhere_is_that_of_the_newest_creation(house: House, creation: str | None) -> None:
    _, older = created(house, **STRANGER)
    house.later(minutes=1)
    _, newest = created(house)
    house.post("/activations/resend", email=EMAIL, creation=creation)
    assert (state(house, older), state(house, newest)) == ("usable", "replaced")


def test_not_activated_is_said_after_the_password_of_any_of_them_and_of_nobody_else(house: House) -> None:
    creations = {PASSWORD: created(house)[0], STRANGERS_PASSWORD: created(house, **STRANGER)[0]}
    for password, creation in creations.items():
        refused = house.try_log_in(password=password)
        assert (slug(refused), refused.json["creation"]) == ("compte-non-active", creation)
    assert slug(house.try_log_in(password="Faux/2021")) == "identification-refusee"


@pytest.mark.parametrize("creations", [0, 1, 3])
def test_a_log_in_hashes_once_however_many_wait(house: House, creations: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(creations):
        house.create(**STRANGER)
    hashed: list[str] = []
    for name in ("hash", "matches"):
        real = getattr(Passwords, name)

        def counted(*given: Any, real: Any = real, name: str = name, **more: Any) -> Any:
            hashed.append(name)
            return real(*given, **more)

        monkeypatch.setattr(Passwords, name, counted)
    assert slug(house.try_log_in(password="Faux/2021")) == "identification-refusee"
    assert len(hashed) == 1


def test_each_creation_is_erased_48_hours_after_it(house: House) -> None:
    created(house, **STRANGER)
    house.later(hours=24)
    _, token = created(house)
    house.later(hours=24)
    with house.app.app_context():
        erase_accounts_not_activated()
    assert [row.prenoms for row in rows(house)] == ["Laurent"]
    assert house.post("/activations", token=token).status_code == 200


def test_a_creation_that_is_erased_does_not_lift_what_slows_tries(house: House) -> None:
    created(house)
    house.try_log_in(password="Faux/2021")
    house.later(hours=48)
    with house.app.app_context():
        erase_accounts_not_activated()
        with db.reading() as session:
            assert session.query(LoginFailures).count() == 2


def test_a_creation_does_not_keep_its_address_from_a_change_of_mail_and_dies_with_it(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    confirmation = house.newest_token(NEW_EMAIL, "Confirmer")
    house.create(email=NEW_EMAIL, email_confirmation=NEW_EMAIL, **STRANGER)
    token = house.newest_token(NEW_EMAIL, "Activer")
    assert house.post("/email-changes", token=confirmation).json == {"email": NEW_EMAIL}
    assert state(house, token) == "ended"
    assert slug(house.post("/activations", token=token)) == "lien-sans-objet"


def test_a_creation_does_not_keep_its_address_from_staff_and_dies_with_it(house: House) -> None:
    _, token = created(house)
    person = ("--email", EMAIL, "--nom", "Roux", "--prenoms", "Anne")
    made(house, "create-staff", "--role", "administrateur", *person)
    assert slug(house.post("/activations", token=token)) == "lien-sans-objet"


def test_staff_find_the_account_of_an_address_else_the_creations_that_wait(house: House, administrator: str) -> None:
    created(house)
    _, token = created(house)
    assert [account["activated"] for account in found(house, administrator, EMAIL)] == [False, False]
    house.post("/activations", token=token)
    assert [account["activated"] for account in found(house, administrator, EMAIL)] == [True]


def test_the_database_refuses_two_activated_accounts_of_one_address(house: House) -> None:
    for changes in ({}, STRANGER):
        house.create(**changes)
    with house.app.app_context(), pytest.raises(IntegrityError), db.operation() as session:
        session.query(Account).update({"activated_at": Account.created_at})


def test_going_down_keeps_the_account_of_an_address_or_its_newest_creation(house: House) -> None:
    for prenoms in ("Premier", "Deuxième"):
        house.create(prenoms=prenoms)
        house.later(minutes=1)
    older, newest = (row.id for row in sorted(rows(house), key=lambda row: row.created_at))
    house.deliver()
    held = house.logged_in(email=NEW_EMAIL, email_confirmation=NEW_EMAIL)
    folder = str(Path(house.app.root_path) / "migrations")
    with house.app.app_context():
        downgrade(directory=folder, revision="0003")
        upgrade(directory=folder)
        with db.reading() as session:
            links = session.query(MailLink).filter(MailLink.purpose == "activation", MailLink.used_at.is_(None)).all()
    assert {row.id for row in rows(house)} == {newest, held["subject"]}
    assert {(link.account_id, link.closed_at is None) for link in links} == {(newest, True), (None, False)}
    assert older not in {link.account_id for link in links}
