"""A new address that waits for its confirmation: the old one can cancel it, and no new password leaves it alive."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import Account, EmailChange, db
from services.accounts.operations import mail_links, passwords
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import PUBLIC_URL, Login, RunningAccounts, problem_slug, refused_fields, token_in
from tests.accounts.test_account_change import EMAIL, NEW_EMAIL, ask_new_email, change, new_email_token
from tests.support.processes import wait_until

NEW_PASSWORD = "Bonsoir/2021"
TYPED_TWICE = {"password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD}
ASKED = "Une nouvelle adresse mail a été demandée"


def change_password(accounts: RunningAccounts, login: Login) -> None:
    assert change(accounts, login, **TYPED_TWICE, current_password=PASSWORD).status_code == 200


def reset_password(accounts: RunningAccounts, login: Login) -> None:
    accounts.post("/password-resets", email=EMAIL)
    token = accounts.newest_token(EMAIL, "Réinitialiser")
    assert accounts.post("/password-resets/complete", token=token, **TYPED_TWICE).status_code == 204


def ask_another(accounts: RunningAccounts, login: Login) -> None:
    assert change(accounts, login, email="l@x.fr", current_password=PASSWORD).status_code == 200


def cancel(accounts: RunningAccounts, login: Login) -> None:
    token = accounts.newest_token(EMAIL, ASKED)
    assert accounts.post("/email-changes/cancellations", token=token).status_code == 204


def confirm(accounts: RunningAccounts, login: Login) -> None:
    assert accounts.post("/email-changes", token=accounts.newest_token(NEW_EMAIL, "Confirmer")).status_code == 200


def test_the_old_address_is_told_at_the_request_and_can_cancel_it(accounts: RunningAccounts, login: Login) -> None:
    ask_new_email(accounts, login)
    mail = accounts.newest_mail(EMAIL, ASKED)
    token = token_in(mail)
    for part in (mail.text, mail.html.replace("&#39;", "'")):
        assert "demandé le 04/10/2021 à 14:08 (heure de Paris)" in part
        assert f"{PUBLIC_URL}/compte/annulation/{token}" in part
        assert "Réinitialisez ensuite votre mot de passe" in part
        assert NEW_EMAIL not in part
    for _ in range(2):
        assert accounts.post("/email-changes/cancellations/check", token=token).json["state"] == "usable"
    assert accounts.post("/email-changes/cancellations", token=token).status_code == 204


@pytest.mark.parametrize(
    ("end", "confirming", "cancelling", "detail", "left"),
    [
        (change_password, "lien-sans-objet", "lien-sans-objet", "elle a pris fin", (EMAIL, None)),
        (reset_password, "lien-sans-objet", "lien-sans-objet", "elle a pris fin", (EMAIL, None)),
        (cancel, "lien-sans-objet", "lien-utilise", "déjà annulée", (EMAIL, None)),
        (ask_another, "lien-remplace", "lien-remplace", "remplacée par une autre", (EMAIL, "l@x.fr")),
        (confirm, "lien-utilise", "lien-sans-objet", "elle a été confirmée", (NEW_EMAIL, None)),
    ],
)
def test_both_links_say_how_the_request_has_ended_and_neither_brings_it_back(
    accounts: RunningAccounts,
    login: Login,
    end: Callable[[RunningAccounts, dict[str, Any]], None],
    confirming: str,
    cancelling: str,
    detail: str,
    left: tuple[str, str | None],
) -> None:
    ask_new_email(accounts, login)
    to_confirm, to_cancel = accounts.newest_token(NEW_EMAIL, "Confirmer"), accounts.newest_token(EMAIL, ASKED)
    end(accounts, login)
    assert problem_slug(accounts.post("/email-changes", token=to_confirm)) == confirming
    cancelled = accounts.post("/email-changes/cancellations", token=to_cancel)
    assert problem_slug(cancelled) == cancelling
    assert detail in cancelled.json["detail"]
    me = accounts.call("GET", "/me", login["access_token"]).json
    assert (me["email"], me["pending_email"]) == left


def test_a_reset_during_the_request_refuses_it(accounts: RunningAccounts, monkeypatch: pytest.MonkeyPatch) -> None:
    login, check = accounts.log_in_new_candidate(), passwords.check_current_password

    def then_a_reset(account: Account, typed: str) -> None:
        check(account, typed)
        reset_password(accounts, login)

    monkeypatch.setattr(passwords, "check_current_password", then_a_reset)
    assert refused_fields(ask_new_email(accounts, login)) == {"current_password"}
    accounts.send_mails()
    assert accounts.mailbox.find(NEW_EMAIL) == []


def test_a_request_that_ends_before_its_mails_leave_is_told_to_nobody_and_while_they_leave_dead(
    accounts: RunningAccounts, login: Login
) -> None:
    ask_new_email(accounts, login)
    change_password(accounts, login)
    accounts.send_mails()
    assert accounts.mailbox.received == []
    login = dict(accounts.try_log_in(password=NEW_PASSWORD).json or {})
    assert change(accounts, login, email=NEW_EMAIL, current_password=NEW_PASSWORD).status_code == 200
    tokens = accounts.newest_token(NEW_EMAIL, "Confirmer"), accounts.newest_token(EMAIL, ASKED)
    with accounts.app.app_context(), db.operation() as session:
        session.query(EmailChange).delete()
    for path, token in zip(("/email-changes", "/email-changes/cancellations"), tokens, strict=True):
        assert problem_slug(accounts.post(path, token=token)) == "lien-sans-objet"


@pytest.mark.engines("postgresql")
def test_a_link_used_while_its_account_changes_waits_and_stops_nobody(accounts: RunningAccounts, login: Login) -> None:
    token = new_email_token(accounts, login)
    answers: list[str] = []
    confirming = threading.Thread(
        target=lambda: answers.append(problem_slug(accounts.post("/email-changes", token=token)))
    )
    with accounts.app.app_context(), db.operation() as session:
        session.get(Account, login["subject"], with_for_update=True)
        confirming.start()
        wait_until(lambda: accounts.waiting_for_locks() > 0, 60, "the link waits for its account")
        mail_links.close(session, login["subject"], Purpose.EMAIL_CHANGE)
    confirming.join(60)
    assert answers == ["lien-sans-objet"]


@pytest.mark.engines("postgresql")
def test_a_reset_link_made_while_the_address_changes_goes_to_the_new_address(accounts: RunningAccounts) -> None:
    login = accounts.log_in_new_candidate()
    ask_new_email(accounts, login)
    accounts.send_mails()
    accounts.mailbox.clear()
    accounts.post("/password-resets", email=EMAIL)
    mailing = threading.Thread(target=accounts.send_mails)
    with accounts.app.app_context(), db.operation() as session:
        account = session.get_one(Account, login["subject"], with_for_update=True)
        account.email, account.email_key, account.version = NEW_EMAIL, NEW_EMAIL, account.version + 1
        session.flush()
        mail_links.close(session, account.id, Purpose.RESET)
        mailing.start()
        wait_until(
            lambda: accounts.waiting_for_locks() > 0 or bool(accounts.mailbox.received),
            60,
            "the link waits for its account",
        )
    mailing.join(60)
    assert [mail.recipients for mail in accounts.mailbox.received] == [[NEW_EMAIL]]
