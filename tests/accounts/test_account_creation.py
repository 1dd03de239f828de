"""Creating an account and activating it, as the gateway and the candidate's mailbox see it; the same twice at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from services.accounts.app import create_app
from services.accounts.domain.throttling import PER_SOURCE, RESENDS
from services.accounts.models import Account, MailRefusal, events, sent_mails
from services.contracts.account_rules import ACTIVATION_HOURS, ACTIVATION_LIFETIME
from tests.accounts.creation_form import EMAIL, creation_form
from tests.accounts.running_accounts import PUBLIC_URL, RunningAccounts, problem_slug, settings, token_in
from tests.accounts.test_hashing_queue import occupy_hashing_turns
from tests.support.smtp import Mailbox

ACTIVATE = "[CYCLADES] Activer mon compte"


def test_the_activation_mail_gives_its_address_in_full_and_how_long_it_is_valid(accounts: RunningAccounts) -> None:
    answer = accounts.create_account()
    assert (answer.status_code, answer.json["email"]) == (202, EMAIL)
    mail = accounts.newest_mail(EMAIL)
    assert mail.subject == ACTIVATE
    url = f"{PUBLIC_URL}/compte/activation/{token_in(mail)}"
    for part in (mail.text, mail.html.replace("\xa0", " ")):
        assert url in part
        assert f"{ACTIVATION_HOURS}h. Passé ce délai" in part
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_opening_the_link_changes_nothing_and_activation_is_good_once(accounts: RunningAccounts) -> None:
    assert accounts.post("/activations/check", token="x").json["state"] == "unknown"
    assert problem_slug(accounts.post("/activations", token="x")) == "lien-inconnu"
    accounts.create_account()
    token = accounts.newest_token(EMAIL)
    for _ in range(2):
        link = accounts.post("/activations/check", token=token).json
        asked = link["asked"]  # it says whose account it activates, and when that was asked for
        assert (asked["nom_famille"], asked["prenoms"], asked["date_naissance"]) == ("BINET", "Laurent", "2001-02-01")
        assert (link["state"], asked["at"][:16]) == ("usable", "2021-10-04T12:08")
    assert problem_slug(accounts.try_log_in()) == "compte-non-active"
    assert accounts.post("/activations", token=token).json == {"email": EMAIL}
    again = accounts.post("/activations", token=token)
    assert (again.status_code, problem_slug(again)) == (410, "lien-utilise")
    used = accounts.post("/activations/check", token=token).json
    assert (used["state"], used["asked"]) == ("used", None)
    assert accounts.try_log_in().status_code == 201


def test_a_link_ends_its_life_after_the_creation_and_says_so_once_it_is_erased(accounts: RunningAccounts) -> None:
    accounts.create_account()
    accounts.advance_clock(ACTIVATION_LIFETIME, hours=-1)
    accounts.post("/activations/resend", email=EMAIL)
    token = accounts.newest_token(EMAIL)
    accounts.advance_clock(hours=1)
    assert problem_slug(accounts.post("/activations", token=token)) == "lien-expire"
    accounts.run_job("erase-not-activated")
    assert accounts.post("/activations/check", token=token).json["state"] == "expired"


def test_an_account_not_activated_is_erased_whole_and_its_address_is_free(accounts: RunningAccounts) -> None:
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


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(accounts: RunningAccounts) -> None:
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
        asked = [accounts.post("/activations/resend", email=email).status_code for _ in range(RESENDS.max_count + 1)]
        assert asked == [202] * RESENDS.max_count + [429], email
    accounts.send_mails()
    assert accounts.mailbox.find("inconnu@x.fr") == []
    assert len(accounts.mailbox.find(subject=ACTIVATE)) == RESENDS.max_count + 1
    assert accounts.post("/activations", token=token_in(accounts.mailbox.received[-1])).status_code == 200


def at_once(times: int, act: Callable[[], TestResponse]) -> list[int]:
    with ThreadPoolExecutor(times) as pool:
        return sorted(answer.status_code for answer in pool.map(lambda _: act(), range(times)))


@pytest.mark.engines("sqlite", "postgresql")
def test_creations_at_once_wait_side_by_side_and_one_of_them_is_activated(accounts: RunningAccounts) -> None:
    assert at_once(4, accounts.create_account) == [202] * 4
    assert accounts.newest_mail(EMAIL)
    tokens = iter([token_in(mail) for mail in accounts.mailbox.received])
    assert at_once(4, lambda: accounts.post("/activations", token=next(tokens))) == [200, 410, 410, 410]
    assert len(accounts.stored(Account)) == 1


@pytest.mark.engines("sqlite", "postgresql")
def test_many_passwords_tried_at_once_are_counted_before_they_are_looked_at(accounts: RunningAccounts) -> None:
    accounts.activate_new_account()
    statuses = at_once(12, lambda: accounts.try_log_in(password="Faux/2021"))
    assert statuses.count(401) == PER_SOURCE.undelayed
    assert statuses.count(429) == 12 - PER_SOURCE.undelayed


@pytest.mark.engines("sqlite", "postgresql")
def test_a_link_used_twice_at_once_is_used_once(accounts: RunningAccounts) -> None:
    accounts.create_account()
    token = accounts.newest_token(EMAIL)
    assert at_once(4, lambda: accounts.post("/activations", token=token)) == [200, 410, 410, 410]


@pytest.mark.engines("sqlite")  # counted as mails are
def test_one_source_asks_for_so_many_accounts_an_hour(migrated_url: str, tmp_path: Path, mailbox: Mailbox) -> None:
    chosen = settings(migrated_url, tmp_path, registrations_url="http://x", mail_url=mailbox.url, creations_per_hour=2)
    accounts = RunningAccounts(create_app(chosen), mailbox)

    def ask(number: int, source: str) -> TestResponse:
        return accounts.post("/accounts", values=creation_form(email=f"candidat{number}@example.org"), source=source)

    answers = [ask(number, "192.0.2.1") for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 3500 < int(answers[-1].headers["Retry-After"]) <= 3600
    with occupy_hashing_turns(accounts.app):
        assert ask(3, "192.0.2.1").status_code == 429, "without a hash"
    assert ask(4, "192.0.2.2").status_code == 202
