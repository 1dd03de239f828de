"""What candidates see of their own: « Mes messages », mails read again; a copy of their data, which
is whole."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from services.accounts.dependencies import dependencies
from services.accounts.jobs import LINKS_KEPT_FOR, registry
from services.accounts.models import MailRefusal, PersonalCopy, db, events, sent_mails
from services.accounts.operations import personal_copies
from services.chassis.http.client import Client
from services.chassis.tasks.parked import parked_tasks
from services.clock import portal_now
from services.contracts.account_rules import ACTIVATION_HOURS
from services.contracts.api.personal_data import read_part
from services.contracts.retention import retention
from services.objects import ObjectStore, put_verified
from tests.accounts.creation_form import EMAIL, NEW_EMAIL, PASSWORD
from tests.accounts.running_accounts import Login, RunningAccounts, refused_fields, token_in
from tests.accounts.staff_in_session import Session
from tests.support.object_store import Bucket
from tests.support.service_worker import run_follow_ups
from tests.support.silent_server import SilentServer


def messages(login: Login, query: str = "") -> list[dict[str, Any]]:
    answer = login.call("GET", f"/me/mails{query}")
    assert answer.status_code == 200, answer.json
    return list(answer.json["mails"])


def subjects(login: Login) -> list[str]:
    return [mail["subject"].removeprefix("[CYCLADES] ") for mail in messages(login)]


def states(login: Login) -> list[str]:
    return [mail["state"] for mail in messages(login)]


def test_a_mail_is_read_again_without_the_link_that_lets_act(accounts: RunningAccounts) -> None:
    accounts.create_account()
    mail = accounts.newest_mail(EMAIL)
    assert accounts.post("/activations", token=token_in(mail)).status_code == 200
    (shown,) = messages(accounts.log_in())
    assert (shown["subject"], shown["address"], shown["state"]) == (mail.subject, EMAIL, "taken")
    assert shown["at"].startswith("2021-10-04T12:08")
    assert "Activer mon compte : (lien retiré)" in shown["text"]
    assert f"Ce lien n'est valable que pour une durée de {ACTIVATION_HOURS}h." in shown["text"]
    assert token_in(mail) not in str(shown)


def test_a_mail_waits_while_the_mail_server_is_away_and_is_then_sent(
    accounts: RunningAccounts, login: Login
) -> None:
    accounts.mailbox.stop()
    accounts.post("/password-resets", email=EMAIL)
    assert run_follow_ups(accounts.app, registry) == ["MailUnavailable"]
    assert states(login) == ["waiting", "taken"]
    accounts.mailbox.start()
    accounts.send_mails()
    assert states(login) == ["taken", "taken"]


def test_who_asks_for_a_new_address_does_not_learn_whether_it_has_an_account(
    accounts: RunningAccounts,
) -> None:
    owner = accounts.log_in_new_candidate(email=NEW_EMAIL)
    login = accounts.log_in_new_candidate()
    before = subjects(login)
    login.ask_new_email()
    accounts.send_mails()
    asked = "Une nouvelle adresse mail a été demandée pour votre compte"
    assert subjects(login) == [asked, *before]
    assert subjects(owner)[0] == "Votre adresse a été demandée pour un autre compte"
    told = accounts.newest_mail(NEW_EMAIL, "demandée pour un autre compte")
    assert EMAIL not in told.text + told.html, "nothing of who asked"
    assert login.ask_new_email("libre@exemple.fr").status_code == 200
    accounts.send_mails()
    assert subjects(login) == [asked, asked, *before]


def test_messages_are_their_candidates_alone_and_come_page_by_page(
    accounts: RunningAccounts,
) -> None:
    other = accounts.log_in_new_candidate(email=NEW_EMAIL)
    login = accounts.log_in_new_candidate()
    for _ in range(3):
        accounts.advance_clock(minutes=5)
        accounts.post("/password-resets", email=EMAIL)
        accounts.send_mails()
    assert [mail["address"] for mail in messages(other)] == [NEW_EMAIL]
    assert len(subjects(login)) == 4
    first = messages(login, "?limit=3")
    rest = messages(login, f"?limit=3&after={quote(first[-1]['place'])}")
    assert [*first, *rest] == messages(login)
    for place in ("hier", "0001-01-01T00:00:00+14:00~x", "9999-12-31T23:59:59-14:00~x"):
        refused = login.call("GET", f"/me/mails?after={quote(place)}")
        assert (refused.status_code, refused_fields(refused)) == (422, {"after"}), place


def test_messages_are_forgotten_after_their_time_and_with_the_account(
    accounts: RunningAccounts, login: Login
) -> None:
    assert len(accounts.stored(sent_mails.SentMail)) == 1
    accounts.advance_clock(timedelta(days=retention().kind("mails").active.days))
    accounts.post("/password-resets", email=EMAIL)
    accounts.send_mails()
    accounts.advance_clock(seconds=1)
    accounts.run_job("purge")
    assert len(accounts.stored(sent_mails.SentMail)) == 1
    login = accounts.log_in()
    assert subjects(login) == ["Réinitialiser mon mot de passe"]
    assert login.delete_account().status_code == 204
    assert accounts.stored(sent_mails.SentMail) == []


def test_a_refused_mail_is_tried_once_and_shown_to_staff(
    accounts: RunningAccounts, chief: Session
) -> None:
    accounts.mailbox.refuse_recipient(EMAIL, "550 5.1.1 No such mailbox")
    assert accounts.create_account().status_code == 202
    accounts.send_mails()
    (refusal,) = chief.search(EMAIL)[0]["refused_mails"]
    assert (refusal["address"], refusal["code"]) == (EMAIL, 550)
    with accounts.app.app_context(), db.reading() as transaction:
        assert transaction.scalars(
            select(events.Task.attempts).where(events.Task.state == "done")
        ).all() == [1]
        assert parked_tasks(transaction) == []
    accounts.mailbox.clear()
    accounts.post("/activations/resend", email=EMAIL)
    accounts.post("/activations", token=accounts.newest_token(EMAIL))
    assert chief.search(EMAIL)[0]["refused_mails"] == [], "the address takes mails again"
    assert states(accounts.log_in()) == ["taken", "refused"]


def test_what_was_refused_at_an_address_given_up_is_forgotten_in_the_end(login: Login) -> None:
    accounts = login.accounts
    at = portal_now()
    with accounts.app.app_context(), db.operation() as transaction:
        for address in (EMAIL, NEW_EMAIL):
            transaction.add(
                MailRefusal(account_id=login["subject"], address=address, code=550, refused_at=at)
            )
    accounts.advance_clock(LINKS_KEPT_FOR, seconds=1)
    accounts.run_job("purge")
    assert [refusal.address for refusal in accounts.stored(MailRefusal)] == [EMAIL]


READY = "Vos données sont prêtes"


@pytest.fixture
def others(accounts: RunningAccounts, bucket: Bucket) -> dict[str, Client]:
    """The clients of the other services, which hold nothing; and a store."""
    with accounts.app.app_context():
        built = dependencies()
        clients = {name: Client(accounts.registrations.url, name) for name in built.holders}
        object.__setattr__(built, "holders", clients)
        object.__setattr__(built, "store", ObjectStore(bucket.url))
    return clients


def ask(login: Login) -> int:
    return login.call("POST", "/me/copies", current_password=PASSWORD).status_code


@pytest.mark.engines("sqlite", "postgresql")
def test_two_requests_of_a_day_make_one_copy_told_by_one_mail(
    login: Login, others: dict[str, Client]
) -> None:
    accounts = login.accounts
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(lambda _: ask(login), range(2))) == {202}
    for _ in range(2):  # the copy, then its mail
        accounts.send_mails()
    [copy] = accounts.stored(PersonalCopy)
    assert len(accounts.mailbox.find(EMAIL, READY)) == 1
    answer = login.call("GET", f"/me/copies/{copy.id}/file")
    assert len(answer.data) == copy.size
    for copies in (1, 2):
        assert ask(login) == 202
        assert len(accounts.stored(PersonalCopy)) == copies
        accounts.advance_clock(days=1)


def test_a_service_that_hangs_makes_it_late_and_then_whole(
    accounts: RunningAccounts,
    login: Login,
    others: dict[str, Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(personal_copies, "read_part", replace(read_part, seconds=0.3))
    assert ask(login) == 202
    answering = others["documents"]
    with SilentServer() as hung:
        others["documents"] = Client(hung.url, "documents")
        assert run_follow_ups(accounts.app, registry) == ["Unavailable"]
    assert accounts.mailbox.find(EMAIL, READY) == []
    others["documents"] = answering
    for _ in range(2):
        accounts.send_mails()
    assert len(accounts.mailbox.find(EMAIL, READY)) == 1


def test_who_is_erased_while_it_is_made_leaves_no_archive(
    accounts: RunningAccounts,
    login: Login,
    others: dict[str, Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even where the job that deletes those of who was erased has passed before this one was
    stored."""
    assert ask(login) == 202
    [copy] = accounts.stored(PersonalCopy)
    put = put_verified

    def put_after_the_erasure(*given: object) -> None:
        assert login.delete_account().status_code == 204
        put(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(personal_copies, "put_verified", put_after_the_erasure)
    with accounts.app.app_context():
        personal_copies.make(copy.id)
        assert list(dependencies().store.list_keys()) == []


def test_what_breaks_off_makes_no_copy(
    accounts: RunningAccounts, login: Login, others: dict[str, Client]
) -> None:
    """Neither the list of what a service holds, nor one of its files."""
    part = json.dumps({"held": [], "files": {"a" * 32: "pieces/a.pdf"}})
    whole = f"HTTP/1.1 200 OK\r\nContent-Length: {len(part)}\r\n\r\n{part}"
    assert ask(login) == 202
    with SilentServer() as pieces:
        others["pieces"] = Client(pieces.url, "pieces")
        for answers in (
            (whole[:-5], ""),
            (whole, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n%PDF-"),
        ):

            def respond(
                connection: socket.socket, line: str, answers: tuple[str, str] = answers
            ) -> None:
                connection.sendall(answers["/data/" in line].encode())
                connection.shutdown(socket.SHUT_RDWR)

            pieces.respond = respond
            assert run_follow_ups(accounts.app, registry)
    assert login.call("GET", "/me/copies").json["copy"]["expires_at"] is None
    assert accounts.mailbox.find(EMAIL, READY) == []
