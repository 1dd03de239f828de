"""Accounts created and activated, as the gateway and the mailbox see it; several creations wait at
one address."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from services.accounts.domain.throttling import PER_SOURCE, RESENDS
from services.accounts.models import Account, LoginFailures, MailRefusal, db, events, sent_mails
from services.accounts.password_hashing import PasswordHasher
from services.contracts.account_rules import ACTIVATION_HOURS, ACTIVATION_LIFETIME
from tests.accounts import running_accounts
from tests.accounts.creation_form import EMAIL, NEW_EMAIL, PASSWORD, creation_form
from tests.accounts.running_accounts import RunningAccounts, Start, problem_slug, token_in
from tests.accounts.staff_in_session import Session, created

ACTIVATE = "[CYCLADES] Activer mon compte"
STRANGERS_PASSWORD = "Peuplier/1987"
STRANGER = {"prenoms": "Autre", "password": STRANGERS_PASSWORD}


def asked(accounts: RunningAccounts, **changes: Any) -> tuple[str, str]:
    """What the creation is called, and the token of its link."""
    answer = accounts.create_account(**changes)
    assert answer.status_code == 202
    return answer.json["creation"], accounts.newest_token(EMAIL, "Activer")


def state(accounts: RunningAccounts, token: str) -> str:
    return str(accounts.post("/activations/check", token=token).json["state"])


def test_the_activation_mail_gives_its_address_in_full_and_how_long_it_is_valid(
    accounts: RunningAccounts,
) -> None:
    answer = accounts.create_account()
    assert (answer.status_code, answer.json["email"]) == (202, EMAIL)
    mail = accounts.newest_mail(EMAIL)
    assert mail.subject == ACTIVATE
    url = f"{running_accounts.PUBLIC_URL}/compte/activation/{token_in(mail)}"
    for part in (mail.text, mail.html.replace("\xa0", " ")):
        assert url in part
        assert f"{ACTIVATION_HOURS}h. Passé ce délai" in part
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_opening_the_link_changes_nothing_and_activation_is_good_once(
    accounts: RunningAccounts,
) -> None:
    assert state(accounts, "x") == "unknown"
    assert problem_slug(accounts.post("/activations", token="x")) == "lien-inconnu"
    _, token = asked(accounts)
    for _ in range(2):
        link = accounts.post("/activations/check", token=token).json
        whose = link["asked"]  # it says whose account it activates, and when that was asked for
        assert (whose["nom_famille"], whose["prenoms"], whose["date_naissance"]) == (
            "BINET",
            "Laurent",
            "2001-02-01",
        )
        assert (link["state"], whose["at"][:16]) == ("usable", "2021-10-04T12:08")
    assert problem_slug(accounts.try_log_in()) == "compte-non-active"
    assert accounts.post("/activations", token=token).json == {"email": EMAIL}
    again = accounts.post("/activations", token=token)
    assert (again.status_code, problem_slug(again)) == (410, "lien-utilise")
    used = accounts.post("/activations/check", token=token).json
    assert (used["state"], used["asked"]) == ("used", None)
    assert accounts.try_log_in().status_code == 201


def test_a_link_ends_its_life_after_the_creation_and_says_so_once_it_is_erased(
    accounts: RunningAccounts,
) -> None:
    accounts.create_account()
    accounts.advance_clock(ACTIVATION_LIFETIME, hours=-1)
    accounts.post("/activations/resend", email=EMAIL)
    token = accounts.newest_token(EMAIL)
    accounts.advance_clock(hours=1)
    assert problem_slug(accounts.post("/activations", token=token)) == "lien-expire"
    accounts.run_job("erase-not-activated")
    assert state(accounts, token) == "expired"


def test_an_account_not_activated_is_erased_whole_and_its_address_is_free(
    accounts: RunningAccounts,
) -> None:
    tables = (Account, MailRefusal, sent_mails.SentMail, events.Task)
    accounts.mailbox.refuse_recipient(EMAIL)
    for _ in range(2):
        accounts.create_account()
    accounts.send_mails()
    accounts.mailbox.clear()
    accounts.create_account()
    accounts.newest_mail(EMAIL)
    accounts.create_account()  # its mail waits
    accounts.mailbox.clear()
    accounts.advance_clock(ACTIVATION_LIFETIME, seconds=1)
    assert [bool(accounts.stored(table)) for table in tables] == [True] * 4
    accounts.run_job("erase-not-activated")
    assert accounts.stored(*tables) == []
    accounts.send_mails()
    assert accounts.mailbox.received == []
    assert accounts.activate_new_account() == EMAIL
    accounts.advance_clock(days=400)
    accounts.run_job("erase-not-activated")
    assert accounts.try_log_in().status_code == 201, "an activated one is not erased"


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(
    accounts: RunningAccounts,
) -> None:
    accounts.activate_new_account()
    answer = accounts.create_account(email="LBINET@ac-rennes.fr", prenoms="Autre")
    assert (answer.status_code, answer.json["email"]) == (202, "LBINET@ac-rennes.fr")
    assert len(answer.json["creation"]) == 32
    mail = accounts.newest_mail(EMAIL)
    assert "Un compte existe déjà" in mail.subject
    assert "Autre" not in mail.text
    assert accounts.mailbox.find(subject=ACTIVATE) == []
    assert accounts.try_log_in().json["prenoms"] == "Laurent"


def test_a_mail_can_be_asked_for_again_but_not_without_end(accounts: RunningAccounts) -> None:
    accounts.create_account()
    for email in (EMAIL, "inconnu@x.fr"):
        sent = [
            accounts.post("/activations/resend", email=email).status_code
            for _ in range(RESENDS.max_count + 1)
        ]
        assert sent == [202] * RESENDS.max_count + [429], email
    accounts.send_mails()
    assert accounts.mailbox.find("inconnu@x.fr") == []
    assert len(accounts.mailbox.find(subject=ACTIVATE)) == RESENDS.max_count + 1
    assert (
        accounts.post("/activations", token=token_in(accounts.mailbox.received[-1])).status_code
        == 200
    )


def at_once(times: int, act: Callable[[], TestResponse]) -> list[int]:
    with ThreadPoolExecutor(times) as pool:
        return sorted(answer.status_code for answer in pool.map(lambda _: act(), range(times)))


@pytest.mark.engines("sqlite", "postgresql")
def test_creations_at_once_wait_side_by_side_and_one_of_them_is_activated(
    accounts: RunningAccounts,
) -> None:
    assert at_once(4, accounts.create_account) == [202] * 4
    assert accounts.newest_mail(EMAIL)
    tokens = iter([token_in(mail) for mail in accounts.mailbox.received])
    assert at_once(4, lambda: accounts.post("/activations", token=next(tokens))) == [
        200,
        410,
        410,
        410,
    ]
    assert len(accounts.stored(Account)) == 1


@pytest.mark.engines("sqlite", "postgresql")
def test_many_passwords_tried_at_once_are_counted_before_they_are_looked_at(
    accounts: RunningAccounts,
) -> None:
    accounts.activate_new_account()
    statuses = at_once(12, lambda: accounts.try_log_in(password="Faux/2021"))
    assert statuses.count(401) == PER_SOURCE.undelayed
    assert statuses.count(429) == 12 - PER_SOURCE.undelayed


@pytest.mark.engines("sqlite", "postgresql")
def test_a_link_used_twice_at_once_is_used_once(accounts: RunningAccounts) -> None:
    _, token = asked(accounts)
    assert at_once(4, lambda: accounts.post("/activations", token=token)) == [200, 410, 410, 410]


@pytest.mark.engines("sqlite")  # counted as mails are
def test_one_source_asks_for_so_many_accounts_an_hour(start: Start) -> None:
    accounts = start(creations_per_hour=2)

    def ask(number: int, source: str) -> TestResponse:
        return accounts.post(
            "/accounts", values=creation_form(email=f"candidat{number}@example.org"), source=source
        )

    answers = [ask(number, "192.0.2.1") for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 3500 < int(answers[-1].headers["Retry-After"]) <= 3600
    with running_accounts.occupy_hashing_turns(accounts.app):
        assert ask(3, "192.0.2.1").status_code == 429, "without a hash"
    assert ask(4, "192.0.2.2").status_code == 202


@pytest.mark.parametrize("followed", [0, 1])
def test_whichever_link_is_followed_makes_its_account_and_others_die(
    chief: Session, followed: int
) -> None:
    accounts = chief.accounts
    tokens = [asked(accounts)[1], asked(accounts, **STRANGER)[1]]
    people = [("Laurent", PASSWORD), ("Autre", STRANGERS_PASSWORD)]
    assert [account["activated"] for account in chief.search(EMAIL)] == [False, False]
    assert accounts.post("/activations", token=tokens[followed]).json == {"email": EMAIL}
    prenoms, password = people[followed]
    assert accounts.try_log_in(password=password).json["prenoms"] == prenoms
    assert (
        problem_slug(accounts.try_log_in(password=people[1 - followed][1]))
        == "identification-refusee"
    )
    assert (
        problem_slug(accounts.post("/activations", token=tokens[1 - followed])) == "lien-sans-objet"
    )
    assert [row.prenoms for row in accounts.stored(Account)] == [prenoms]
    assert [account["activated"] for account in chief.search(EMAIL)] == [True]


def test_a_mail_asked_for_again_kills_the_older_links_of_its_creation_alone(
    accounts: RunningAccounts,
) -> None:
    mine, first = asked(accounts)
    _, strangers = asked(accounts, **STRANGER)
    assert accounts.post("/activations/resend", email=EMAIL, creation=mine).status_code == 202
    assert (state(accounts, first), state(accounts, strangers)) == ("replaced", "usable")
    assert accounts.post("/activations", token=accounts.newest_token(EMAIL)).status_code == 200
    assert accounts.try_log_in().json["prenoms"] == "Laurent"


def test_a_mail_whose_link_was_replaced_while_it_waited_is_not_sent(
    accounts: RunningAccounts,
) -> None:
    accounts.mailbox.refuse("451 Try again later")
    mine = accounts.create_account().json["creation"]
    accounts.send_mails()
    accounts.mailbox.refuse(None)
    accounts.post("/activations/resend", email=EMAIL, creation=mine)
    newest = accounts.newest_token(EMAIL)
    assert {task.state for task in accounts.stored(events.Task)} == {"done"}
    assert len(accounts.mailbox.find(EMAIL)) == 1
    assert state(accounts, newest) == "usable"


@pytest.mark.parametrize("creation", [None, "x" * 32])
def test_a_mail_asked_for_elsewhere_is_of_the_newest_creation(
    accounts: RunningAccounts, creation: str | None
) -> None:
    _, older = asked(accounts, **STRANGER)
    accounts.advance_clock(minutes=1)
    _, newest = asked(accounts)
    accounts.post("/activations/resend", email=EMAIL, creation=creation)
    assert (state(accounts, older), state(accounts, newest)) == ("usable", "replaced")


def test_not_activated_is_said_after_the_password_of_any_of_them_and_of_nobody_else(
    accounts: RunningAccounts,
) -> None:
    creations = {PASSWORD: asked(accounts)[0], STRANGERS_PASSWORD: asked(accounts, **STRANGER)[0]}
    for password, creation in creations.items():
        refused = accounts.try_log_in(password=password)
        assert (problem_slug(refused), refused.json["creation"]) == ("compte-non-active", creation)
    assert problem_slug(accounts.try_log_in(password="Faux/2021")) == "identification-refusee"


def test_a_log_in_hashes_just_once(
    accounts: RunningAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    for name in ("hash", "matches"):
        real = getattr(PasswordHasher, name)

        def counted(*given: Any, real: Any = real, name: str = name, **more: Any) -> Any:
            hashed.append(name)
            return real(*given, **more)

        monkeypatch.setattr(PasswordHasher, name, counted)
    for creations in range(3):
        hashed.clear()
        assert problem_slug(accounts.try_log_in(password="Faux/2021")) == "identification-refusee"
        assert len(hashed) == 1, creations
        accounts.create_account(**STRANGER)


def test_each_creation_is_erased_at_the_end_of_its_own_time(accounts: RunningAccounts) -> None:
    asked(accounts, **STRANGER)
    accounts.try_log_in(password="Faux/2021")
    accounts.advance_clock(ACTIVATION_LIFETIME / 2)
    _, token = asked(accounts)
    accounts.advance_clock(ACTIVATION_LIFETIME / 2)
    accounts.run_job("erase-not-activated")
    assert [row.prenoms for row in accounts.stored(Account)] == ["Laurent"]
    assert len(accounts.stored(LoginFailures)) == 2, "what slows tries is not lifted"
    assert accounts.post("/activations", token=token).status_code == 200


def test_a_creation_keeps_its_address_from_nobody_and_dies_with_it(
    accounts: RunningAccounts,
) -> None:
    confirmation = accounts.log_in_new_candidate().new_email_token()
    accounts.create_account(email=NEW_EMAIL, **STRANGER)
    token = accounts.newest_token(NEW_EMAIL, "Activer")
    assert accounts.post("/email-changes", token=confirmation).json == {"email": NEW_EMAIL}
    assert state(accounts, token) == "ended"
    assert problem_slug(accounts.post("/activations", token=token)) == "lien-sans-objet"
    _, token = asked(accounts)
    created(accounts, EMAIL)
    assert problem_slug(accounts.post("/activations", token=token)) == "lien-sans-objet"


@pytest.mark.engines("sqlite", "postgresql")
def test_the_database_refuses_two_activated_accounts_of_one_address(
    accounts: RunningAccounts,
) -> None:
    for changes in ({}, STRANGER):
        accounts.create_account(**changes)
    with accounts.app.app_context(), pytest.raises(IntegrityError), db.operation() as transaction:
        transaction.query(Account).update({"activated_at": Account.created_at})
