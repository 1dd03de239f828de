"""« Mes messages »: a candidate reads again what accounts mailed to him, and nobody else does."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import update

from services.accounts.follow_ups import registry
from services.accounts.jobs import jobs
from services.accounts.models import db, events, sent_mails
from services.chassis.clock import system_now
from services.chassis.events.follow_ups import FollowUps
from services.mail.mailer import MailUnavailable
from services.mail.sent_mails import RETENTION
from tests.accounts.house import House, pointers, token_in
from tests.accounts.people import PASSWORD
from tests.accounts.test_change import EMAIL, NEW_EMAIL, ask_new_email, change


def messages(house: House, held: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    answer = house.call("GET", f"/me/mails{query}", held["access_token"])
    assert answer.status_code == 200, answer.json
    return list(answer.json["mails"])


def subjects(house: House, held: dict[str, Any]) -> list[str]:
    return [mail["subject"].removeprefix("[CYCLADES] ") for mail in messages(house, held)]


def rows(house: House) -> int:
    with house.app.app_context(), db.reading() as session:
        return session.query(sent_mails.SentMail).count()


def test_a_mail_is_read_again_without_the_link_that_lets_act(house: House) -> None:
    house.create()
    mail = house.newest_mail(EMAIL)
    assert house.post("/activations", token=token_in(mail)).status_code == 200
    held = dict(house.try_log_in().json or {})
    (shown,) = messages(house, held)
    assert (shown["subject"], shown["address"], shown["state"]) == (mail.subject, EMAIL, "taken")
    assert shown["at"].startswith("2021-10-04T12:08")
    assert "Activer mon compte : (lien retiré)" in shown["text"]
    assert "Ce lien n'est valable que pour une durée de 48h." in shown["text"]
    assert token_in(mail) not in str(shown)


def test_no_link_of_any_mail_is_kept(house: House) -> None:
    held = house.logged_in()
    house.post("/password-resets", email=EMAIL)
    ask_new_email(house, held)
    house.deliver()
    mails = house.mailbox.received
    assert len(mails) == 3
    with house.app.app_context(), db.reading() as session:
        kept = "".join(text for (text,) in session.query(sent_mails.SentMail.text))
    assert [mail.subject for mail in mails if token_in(mail) in kept] == []


def test_what_became_of_a_mail_is_said(house: House) -> None:
    held = house.logged_in()
    house.mailbox.refuse_recipient(EMAIL, "552 5.2.2 Mailbox full")
    house.post("/password-resets", email=EMAIL)
    house.deliver()
    assert messages(house, held)[0]["state"] == "refused"


def test_a_mail_waits_while_the_mail_server_is_away_and_is_the_same_message_once_it_is_back(house: House) -> None:
    held = house.logged_in()
    house.mailbox.stop()
    house.post("/password-resets", email=EMAIL)
    with house.app.app_context(), pytest.raises(MailUnavailable):
        FollowUps(db, registry, (60.0,)).run_once()
    assert [mail["state"] for mail in messages(house, held)] == ["waiting", "taken"]
    house.mailbox.start()
    with house.app.app_context(), db.operation() as session:
        session.execute(update(events.Outbox).values(available_at=system_now()))
    house.deliver()
    assert [mail["state"] for mail in messages(house, held)] == ["taken", "taken"]


def test_who_asks_for_a_new_address_does_not_learn_from_his_messages_whether_it_has_an_account(house: House) -> None:
    owner = house.logged_in(email=NEW_EMAIL, email_confirmation=NEW_EMAIL)
    held = house.logged_in()
    before = subjects(house, held)
    ask_new_email(house, held)
    house.deliver()
    asked = "Une nouvelle adresse mail a été demandée pour votre compte"
    assert subjects(house, held) == [asked, *before]
    assert subjects(house, owner)[0] == "Votre adresse a été demandée pour un autre compte"
    free = {"email": "libre@exemple.fr", "email_confirmation": "libre@exemple.fr"}
    assert change(house, held, **free, current_password=PASSWORD).status_code == 200
    house.deliver()
    assert subjects(house, held) == [asked, asked, *before]


def test_the_owner_of_an_address_asked_for_is_told_what_happened_and_nothing_of_who_asked(house: House) -> None:
    house.activated(email=NEW_EMAIL, email_confirmation=NEW_EMAIL)
    held = house.logged_in()
    ask_new_email(house, held)
    mail = house.newest_mail(NEW_EMAIL)
    assert mail.subject == "[CYCLADES] Votre adresse a été demandée pour un autre compte"
    for part in (mail.text, mail.html):
        assert "Le titulaire d'un autre compte" in part.replace("&#39;", "'")
        assert "création de compte" not in part
        assert EMAIL not in part


def test_messages_are_their_candidates_alone_and_come_page_by_page(house: House) -> None:
    other = house.logged_in(email=NEW_EMAIL, email_confirmation=NEW_EMAIL)
    held = house.logged_in()
    for _ in range(3):
        house.later(minutes=5)
        house.post("/password-resets", email=EMAIL)
        house.deliver()
    assert [mail["address"] for mail in messages(house, other)] == [NEW_EMAIL]
    assert len(subjects(house, held)) == 4
    first = messages(house, held, "?limit=3")
    rest = messages(house, held, f"?limit=3&after={quote(first[-1]['place'])}")
    assert [*first, *rest] == messages(house, held)


@pytest.mark.parametrize("place", ["hier", "0001-01-01T00:00:00+14:00~x", "9999-12-31T23:59:59-14:00~x"])
def test_a_place_that_cannot_be_is_refused(house: House, place: str) -> None:
    held = house.logged_in()
    refused = house.call("GET", f"/me/mails?after={quote(place)}", held["access_token"])
    assert (refused.status_code, pointers(refused)) == (422, {"after"})


def test_messages_are_forgotten_after_their_time_and_with_the_account(house: House) -> None:
    held = house.logged_in()
    assert rows(house) == 1
    house.later(days=RETENTION.days)
    house.post("/password-resets", email=EMAIL)
    house.deliver()
    house.later(seconds=1)
    with house.app.app_context():
        jobs["purge"].run()
    assert rows(house) == 1
    held = dict(house.try_log_in().json or {})
    assert subjects(house, held) == ["Réinitialiser mon mot de passe"]
    assert house.call("POST", "/me/deletion", held["access_token"], current_password=PASSWORD).status_code == 204
    assert rows(house) == 0


def test_messages_of_a_creation_go_with_it(house: House) -> None:
    house.create()
    house.deliver()
    house.later(hours=49)
    with house.app.app_context():
        jobs["erase-not-activated"].run()
    assert rows(house) == 0
