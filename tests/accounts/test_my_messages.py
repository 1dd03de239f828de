"""« Mes messages »: candidates read again what was mailed to them; staff see at which addresses mails are refused."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from services.accounts.follow_ups import registry
from services.accounts.jobs import LINKS_KEPT_FOR
from services.accounts.models import Account, MailRefusal, db, events, sent_mails
from services.chassis.clock import system_now
from services.chassis.tasks.rows import parked_tasks
from services.contracts.account_rules import ACTIVATION_HOURS
from services.contracts.retention import retention
from services.mail.mailer import MAILS, MailUnavailable
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import Login, RunningAccounts, refused_fields, token_in
from tests.accounts.test_account_change import EMAIL, NEW_EMAIL, ask_new_email, change
from tests.support.service_worker import runner_of


def messages(accounts: RunningAccounts, login: Login, query: str = "") -> list[dict[str, Any]]:
    answer = accounts.call("GET", f"/me/mails{query}", login["access_token"])
    assert answer.status_code == 200, answer.json
    return list(answer.json["mails"])


def subjects(accounts: RunningAccounts, login: Login) -> list[str]:
    return [mail["subject"].removeprefix("[CYCLADES] ") for mail in messages(accounts, login)]


def test_a_mail_is_read_again_without_the_link_that_lets_act(accounts: RunningAccounts) -> None:
    accounts.create_account()
    mail = accounts.newest_mail(EMAIL)
    assert accounts.post("/activations", token=token_in(mail)).status_code == 200
    login = dict(accounts.try_log_in().json or {})
    (shown,) = messages(accounts, login)
    assert (shown["subject"], shown["address"], shown["state"]) == (mail.subject, EMAIL, "taken")
    assert shown["at"].startswith("2021-10-04T12:08")
    assert "Activer mon compte : (lien retiré)" in shown["text"]
    assert f"Ce lien n'est valable que pour une durée de {ACTIVATION_HOURS}h." in shown["text"]
    assert token_in(mail) not in str(shown)


def test_a_mail_waits_while_the_mail_server_is_away_and_is_then_sent(accounts: RunningAccounts, login: Login) -> None:
    accounts.mailbox.stop()
    accounts.post("/password-resets", email=EMAIL)
    with accounts.app.app_context(), pytest.raises(MailUnavailable):
        runner_of(accounts.app, registry).run_once(MAILS)
    assert [mail["state"] for mail in messages(accounts, login)] == ["waiting", "taken"]
    accounts.mailbox.start()
    with accounts.app.app_context(), db.operation() as session:
        session.execute(update(events.Task).values(available_at=system_now()))
    accounts.send_mails()
    assert [mail["state"] for mail in messages(accounts, login)] == ["taken", "taken"]


def test_who_asks_for_a_new_address_does_not_learn_whether_it_has_an_account(accounts: RunningAccounts) -> None:
    owner = accounts.log_in_new_candidate(email=NEW_EMAIL)
    login = accounts.log_in_new_candidate()
    before = subjects(accounts, login)
    ask_new_email(accounts, login)
    accounts.send_mails()
    asked = "Une nouvelle adresse mail a été demandée pour votre compte"
    assert subjects(accounts, login) == [asked, *before]
    assert subjects(accounts, owner)[0] == "Votre adresse a été demandée pour un autre compte"
    told = accounts.newest_mail(NEW_EMAIL, "demandée pour un autre compte")
    assert EMAIL not in told.text + told.html, "nothing of who asked"
    assert change(accounts, login, email="libre@exemple.fr", current_password=PASSWORD).status_code == 200
    accounts.send_mails()
    assert subjects(accounts, login) == [asked, asked, *before]


def test_messages_are_their_candidates_alone_and_come_page_by_page(accounts: RunningAccounts) -> None:
    other = accounts.log_in_new_candidate(email=NEW_EMAIL)
    login = accounts.log_in_new_candidate()
    for _ in range(3):
        accounts.advance_clock(minutes=5)
        accounts.post("/password-resets", email=EMAIL)
        accounts.send_mails()
    assert [mail["address"] for mail in messages(accounts, other)] == [NEW_EMAIL]
    assert len(subjects(accounts, login)) == 4
    first = messages(accounts, login, "?limit=3")
    rest = messages(accounts, login, f"?limit=3&after={quote(first[-1]['place'])}")
    assert [*first, *rest] == messages(accounts, login)
    for place in ("hier", "0001-01-01T00:00:00+14:00~x", "9999-12-31T23:59:59-14:00~x"):
        refused = accounts.call("GET", f"/me/mails?after={quote(place)}", login["access_token"])
        assert (refused.status_code, refused_fields(refused)) == (422, {"after"}), place


def test_messages_are_forgotten_after_their_time_and_with_the_account(accounts: RunningAccounts, login: Login) -> None:
    assert len(accounts.stored(sent_mails.SentMail)) == 1
    accounts.advance_clock(timedelta(days=retention().kind("mails").active.days))
    accounts.post("/password-resets", email=EMAIL)
    accounts.send_mails()
    accounts.advance_clock(seconds=1)
    accounts.run_job("purge")
    assert len(accounts.stored(sent_mails.SentMail)) == 1
    login = dict(accounts.try_log_in().json or {})
    assert subjects(accounts, login) == ["Réinitialiser mon mot de passe"]
    assert accounts.call("POST", "/me/deletion", login["access_token"], current_password=PASSWORD).status_code == 204
    assert accounts.stored(sent_mails.SentMail) == []


def refused(accounts: RunningAccounts, administrator: str, email: str = EMAIL) -> list[dict[str, Any]]:
    return [{**row, "since": None} for row in accounts.search_candidates(administrator, email)[0]["refused_mails"]]


def test_a_refused_mail_is_tried_once_and_shown_to_staff(accounts: RunningAccounts, administrator: str) -> None:
    accounts.mailbox.refuse_recipient(EMAIL, "550 5.1.1 No such mailbox")
    assert accounts.create_account().status_code == 202
    accounts.send_mails()
    assert refused(accounts, administrator) == [{"address": EMAIL, "code": 550, "since": None}]
    with accounts.app.app_context(), db.reading() as session:
        assert session.scalars(select(events.Task.attempts).where(events.Task.state == "done")).all() == [1]
        assert parked_tasks(session) == []
    accounts.mailbox.clear()
    accounts.post("/activations/resend", email=EMAIL)
    accounts.post("/activations", token=accounts.newest_token(EMAIL))
    assert refused(accounts, administrator) == [], "the address takes mails again"
    shown = messages(accounts, dict(accounts.try_log_in().json or {}))
    assert [mail["state"] for mail in shown] == ["taken", "refused"]


def test_what_was_refused_at_an_address_given_up_is_forgotten_in_the_end(accounts: RunningAccounts) -> None:
    accounts.activate_new_account()
    with accounts.app.app_context(), db.operation() as session:
        account_id = session.scalars(select(Account.id)).one()
        for address in (EMAIL, NEW_EMAIL):
            row = MailRefusal(account_id=account_id, address=address, code=550)
            row.refused_at = session.get_one(Account, account_id).created_at
            session.add(row)
    accounts.advance_clock(LINKS_KEPT_FOR, seconds=1)
    accounts.run_job("purge")
    assert [refusal.address for refusal in accounts.stored(MailRefusal)] == [EMAIL]
