"""Creations at one address before its activation: each stands by itself, and whichever is activated is the account."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from services.accounts.models import Account, LoginFailures, db, events
from services.accounts.password_hashing import PasswordHasher
from services.chassis.clock import system_now
from services.contracts.account_rules import ACTIVATION_LIFETIME
from tests.accounts.creation_form import EMAIL, PASSWORD
from tests.accounts.running_accounts import Login, RunningAccounts, problem_slug
from tests.accounts.staff_in_session import command_result
from tests.accounts.test_account_change import NEW_EMAIL, ask_new_email

STRANGERS_PASSWORD = "Peuplier/1987"
STRANGER = {"prenoms": "Autre", "password": STRANGERS_PASSWORD}


def created(accounts: RunningAccounts, **changes: Any) -> tuple[str, str]:
    """What the creation is called, and the token of its link."""
    answer = accounts.create_account(**changes)
    assert answer.status_code == 202
    return answer.json["creation"], accounts.newest_token(EMAIL, "Activer")


def state(accounts: RunningAccounts, token: str) -> str:
    return str(accounts.post("/activations/check", token=token).json["state"])


@pytest.mark.parametrize("followed", [0, 1])
def test_whichever_link_is_followed_makes_its_account_and_others_die(
    accounts: RunningAccounts, administrator: str, followed: int
) -> None:
    tokens = [created(accounts)[1], created(accounts, **STRANGER)[1]]
    people = [("Laurent", PASSWORD), ("Autre", STRANGERS_PASSWORD)]
    assert [account["activated"] for account in accounts.search_candidates(administrator, EMAIL)] == [False, False]
    assert accounts.post("/activations", token=tokens[followed]).json == {"email": EMAIL}
    prenoms, password = people[followed]
    assert accounts.try_log_in(password=password).json["prenoms"] == prenoms
    assert problem_slug(accounts.try_log_in(password=people[1 - followed][1])) == "identification-refusee"
    assert problem_slug(accounts.post("/activations", token=tokens[1 - followed])) == "lien-sans-objet"
    assert [row.prenoms for row in accounts.stored(Account)] == [prenoms]
    assert [account["activated"] for account in accounts.search_candidates(administrator, EMAIL)] == [True]


def test_a_mail_asked_for_again_kills_the_older_links_of_its_creation_alone(accounts: RunningAccounts) -> None:
    mine, first = created(accounts)
    _, strangers = created(accounts, **STRANGER)
    assert accounts.post("/activations/resend", email=EMAIL, creation=mine).status_code == 202
    assert (state(accounts, first), state(accounts, strangers)) == ("replaced", "usable")
    assert accounts.post("/activations", token=accounts.newest_token(EMAIL)).status_code == 200
    assert accounts.try_log_in().json["prenoms"] == "Laurent"


def test_a_mail_whose_link_was_replaced_while_it_waited_is_not_sent(accounts: RunningAccounts) -> None:
    accounts.mailbox.refuse("451 Try again later")
    mine = accounts.create_account().json["creation"]
    accounts.send_mails()
    accounts.mailbox.refuse(None)
    accounts.post("/activations/resend", email=EMAIL, creation=mine)
    newest = accounts.newest_token(EMAIL)
    with accounts.app.app_context(), db.operation() as session:
        session.execute(update(events.Task).values(available_at=system_now()))
    accounts.send_mails()
    assert len(accounts.mailbox.find(EMAIL)) == 1
    assert state(accounts, newest) == "usable"


@pytest.mark.parametrize("creation", [None, "x" * 32])
def test_a_mail_asked_for_elsewhere_is_of_the_newest_creation(accounts: RunningAccounts, creation: str | None) -> None:
    _, older = created(accounts, **STRANGER)
    accounts.advance_clock(minutes=1)
    _, newest = created(accounts)
    accounts.post("/activations/resend", email=EMAIL, creation=creation)
    assert (state(accounts, older), state(accounts, newest)) == ("usable", "replaced")


def test_not_activated_is_said_after_the_password_of_any_of_them_and_of_nobody_else(accounts: RunningAccounts) -> None:
    creations = {PASSWORD: created(accounts)[0], STRANGERS_PASSWORD: created(accounts, **STRANGER)[0]}
    for password, creation in creations.items():
        refused = accounts.try_log_in(password=password)
        assert (problem_slug(refused), refused.json["creation"]) == ("compte-non-active", creation)
    assert problem_slug(accounts.try_log_in(password="Faux/2021")) == "identification-refusee"


@pytest.mark.parametrize("creations", [0, 1, 2])
def test_a_log_in_hashes_just_once(accounts: RunningAccounts, creations: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(creations):
        accounts.create_account(**STRANGER)
    hashed: list[str] = []
    for name in ("hash", "matches"):
        real = getattr(PasswordHasher, name)

        def counted(*given: Any, real: Any = real, name: str = name, **more: Any) -> Any:
            hashed.append(name)
            return real(*given, **more)

        monkeypatch.setattr(PasswordHasher, name, counted)
    assert problem_slug(accounts.try_log_in(password="Faux/2021")) == "identification-refusee"
    assert len(hashed) == 1


def test_each_creation_is_erased_at_the_end_of_its_own_time(accounts: RunningAccounts) -> None:
    created(accounts, **STRANGER)
    accounts.try_log_in(password="Faux/2021")
    accounts.advance_clock(ACTIVATION_LIFETIME / 2)
    _, token = created(accounts)
    accounts.advance_clock(ACTIVATION_LIFETIME / 2)
    accounts.run_job("erase-not-activated")
    assert [row.prenoms for row in accounts.stored(Account)] == ["Laurent"]
    assert len(accounts.stored(LoginFailures)) == 2, "what slows tries is not lifted"
    assert accounts.post("/activations", token=token).status_code == 200


def test_a_creation_keeps_its_address_from_nobody_and_dies_with_it(accounts: RunningAccounts, login: Login) -> None:
    ask_new_email(accounts, login)
    confirmation = accounts.newest_token(NEW_EMAIL, "Confirmer")
    accounts.create_account(email=NEW_EMAIL, **STRANGER)
    token = accounts.newest_token(NEW_EMAIL, "Activer")
    assert accounts.post("/email-changes", token=confirmation).json == {"email": NEW_EMAIL}
    assert state(accounts, token) == "ended"
    assert problem_slug(accounts.post("/activations", token=token)) == "lien-sans-objet"
    _, token = created(accounts)
    person = ("--email", EMAIL, "--nom", "Roux", "--prenoms", "Anne")
    command_result(accounts, "create-staff", "--role", "administrateur", *person)
    assert problem_slug(accounts.post("/activations", token=token)) == "lien-sans-objet"


@pytest.mark.engines("sqlite", "postgresql")
def test_the_database_refuses_two_activated_accounts_of_one_address(accounts: RunningAccounts) -> None:
    for changes in ({}, STRANGER):
        accounts.create_account(**changes)
    with accounts.app.app_context(), pytest.raises(IntegrityError), db.operation() as session:
        session.query(Account).update({"activated_at": Account.created_at})
