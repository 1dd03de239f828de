"""A new address that waits for its confirmation: the old one can cancel it, and no new password leaves it alive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from services.accounts.domain.links import Purpose
from services.accounts.models import Account, EmailChange, db
from services.accounts.operations import current_password, links
from tests.accounts.house import PUBLIC_URL, House, pointers, slug, token_in
from tests.accounts.people import PASSWORD
from tests.accounts.test_change import EMAIL, NEW_EMAIL, ask_new_email, change
from tests.support.processes import wait_until

NEW_PASSWORD = "Bonsoir/2021"
TYPED_TWICE = {"password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD}
ASKED = "Une nouvelle adresse mail a été demandée"


def change_password(house: House, held: dict[str, Any]) -> None:
    assert change(house, held, **TYPED_TWICE, current_password=PASSWORD).status_code == 200


def reset_password(house: House, held: dict[str, Any]) -> None:
    house.post("/password-resets", email=EMAIL)
    token = house.newest_token(EMAIL, "Réinitialiser")
    assert house.post("/password-resets/complete", token=token, **TYPED_TWICE).status_code == 204


def ask_another(house: House, held: dict[str, Any]) -> None:
    other = {"email": "l@x.fr", "email_confirmation": "l@x.fr", "current_password": PASSWORD}
    assert change(house, held, **other).status_code == 200


def cancel(house: House, held: dict[str, Any]) -> None:
    token = house.newest_token(EMAIL, ASKED)
    assert house.post("/email-changes/cancellations", token=token).status_code == 204


def confirm(house: House, held: dict[str, Any]) -> None:
    assert house.post("/email-changes", token=house.newest_token(NEW_EMAIL, "Confirmer")).status_code == 200


def test_the_old_address_is_told_at_the_request_and_can_cancel_it(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    mail = house.newest_mail(EMAIL, ASKED)
    token = token_in(mail)
    for part in (mail.text, mail.html.replace("&#39;", "'")):
        assert "demandé le 04/10/2021 à 14:08 (heure de Paris)" in part
        assert f"{PUBLIC_URL}/compte/annulation/{token}" in part
        assert "Réinitialisez ensuite votre mot de passe" in part
        assert NEW_EMAIL not in part
    for _ in range(2):
        assert house.post("/email-changes/cancellations/check", token=token).json["state"] == "usable"
    assert house.post("/email-changes/cancellations", token=token).status_code == 204
    assert slug(house.post("/email-changes", token=house.newest_token(NEW_EMAIL, "Confirmer"))) == "lien-sans-objet"
    assert house.call("GET", "/me", held["access_token"]).json["pending_email"] is None
    again = house.post("/email-changes/cancellations", token=token)
    assert slug(again) == "lien-utilise"
    assert "réinitialisez votre mot de passe" in again.json["detail"]


@pytest.mark.parametrize(
    ("end", "type", "said"),
    [
        (change_password, "lien-sans-objet", "elle a pris fin"),
        (reset_password, "lien-sans-objet", "elle a pris fin"),
        (ask_another, "lien-remplace", "remplacée par une autre"),
        (confirm, "lien-sans-objet", "elle a été confirmée"),
    ],
)
def test_the_link_that_cancels_says_how_the_request_has_ended(
    house: House, end: Callable[[House, dict[str, Any]], None], type: str, said: str
) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    token = house.newest_token(EMAIL, ASKED)
    end(house, held)
    answer = house.post("/email-changes/cancellations", token=token)
    assert slug(answer) == type
    assert said in answer.json["detail"]


@pytest.mark.parametrize("end", [change_password, reset_password, cancel])
def test_who_knew_the_password_cannot_take_the_account_over_by_his_own_address(
    house: House, end: Callable[[House, dict[str, Any]], None]
) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    token = house.newest_token(NEW_EMAIL, "Confirmer")
    end(house, held)
    assert slug(house.post("/email-changes", token=token)) == "lien-sans-objet"
    house.mailbox.clear()
    assert house.post("/password-resets", email=NEW_EMAIL).status_code == 202
    house.deliver()
    assert house.mailbox.find(NEW_EMAIL) == []
    with house.app.app_context(), db.reading() as session:
        assert session.query(Account).one().email == EMAIL
        assert session.query(EmailChange).count() == 0


def test_a_reset_between_the_check_of_the_password_and_the_request_refuses_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, check = house.logged_in(), current_password.check

    def then_a_reset(account: Account, typed: str) -> None:
        check(account, typed)
        reset_password(house, held)

    monkeypatch.setattr(current_password, "check", then_a_reset)
    assert pointers(ask_new_email(house, held)) == {"current_password"}
    house.deliver()
    assert house.mailbox.find(NEW_EMAIL) == []


def test_a_request_that_ended_before_its_mails_left_is_told_to_nobody(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    change_password(house, held)
    house.deliver()
    assert house.mailbox.received == []


def test_a_link_mailed_while_its_request_ends_is_dead(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    tokens = house.newest_token(NEW_EMAIL, "Confirmer"), house.newest_token(EMAIL, ASKED)
    with house.app.app_context(), db.operation() as session:
        session.query(EmailChange).delete()
    for path, token in zip(("/email-changes", "/email-changes/cancellations"), tokens, strict=True):
        assert slug(house.post(path, token=token)) == "lien-sans-objet"


def test_a_new_address_in_force_ends_every_session(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    confirm(house, held)
    assert slug(house.post("/sessions/exchange", session=held["session"])) == "session-expiree"


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_a_link_used_while_its_account_changes_waits_and_stops_nobody(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    token = house.newest_token(NEW_EMAIL, "Confirmer")
    answers: list[str] = []
    confirming = threading.Thread(target=lambda: answers.append(slug(house.post("/email-changes", token=token))))
    with house.app.app_context(), db.operation() as session:
        session.get(Account, held["subject"], with_for_update=True)
        confirming.start()
        wait_until(lambda: _waits_for_a_lock(house), 60, "the link waits for its account")
        links.close(session, held["subject"], Purpose.EMAIL_CHANGE)
    confirming.join(60)
    assert answers == ["lien-sans-objet"]


def _waits_for_a_lock(house: House) -> bool:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with house.app.app_context(), db.engine.connect() as connection:
        return bool(connection.scalar(waiting))


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_a_reset_link_made_while_the_address_changes_goes_to_the_new_address(house: House) -> None:
    held = house.logged_in()
    ask_new_email(house, held)
    house.deliver()
    house.mailbox.clear()
    house.post("/password-resets", email=EMAIL)
    mailing = threading.Thread(target=house.deliver)
    with house.app.app_context(), db.operation() as session:
        account = session.get_one(Account, held["subject"], with_for_update=True)
        account.email, account.email_key, account.version = NEW_EMAIL, NEW_EMAIL, account.version + 1
        session.flush()
        links.close(session, account.id, Purpose.RESET)
        mailing.start()
        wait_until(
            lambda: _waits_for_a_lock(house) or bool(house.mailbox.received), 60, "the link waits for its account"
        )
    mailing.join(60)
    assert [mail.recipients for mail in house.mailbox.received] == [[NEW_EMAIL]]
