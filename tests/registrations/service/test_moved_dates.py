"""Dates that move after a save: what printed others gets an edition, in pages, and its candidate one mail."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from services.chassis.tasks.registry import stopping_answered_by
from services.contracts.registrations import RegistrationSaved
from services.mail.mailer import MAILS
from services.registrations.domain.dossier import Dossier
from services.registrations.jobs import registry
from services.registrations.models import db
from services.registrations.operations import moved_dates
from services.registrations.operations.republication import publish_everything
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import CandidateClient, as_service, change_dates, guide, load
from tests.registrations.service.outbox import events_of
from tests.support.service_worker import run_follow_ups, runner_of
from tests.support.smtp import Mailbox

SUBJECT = "Dates modifiées : BREVET DE TECHNICIEN SUPERIEUR"
LATER, LAST = at("2021-11-15 00:00"), at("2021-12-01 00:00")


def follow(app: Flask, deposit_closes: datetime | None = None, **others: datetime) -> None:
    """The dates move, and the job runs."""
    if dates := others | ({"deposit_closes": deposit_closes} if deposit_closes else {}):
        change_dates(app, **dates)
    with app.app_context():
        registry.jobs["follow-moved-dates"].run()


def editions(app: Flask) -> list[tuple[int, int, str]]:
    """(version, edition, last day) in the order in which documents is told."""
    return [
        (item["version"], item["edition"], event["data"]["dates"]["return_by"])
        for event in events_of(app, "registrations.dates_moved.v1")
        for item in event["data"]["editions"]
    ]


def mails(app: Flask, mailbox: Mailbox) -> list[Any]:
    """Once the follow-ups were tried."""
    run_follow_ups(app, registry)
    return [mail for mail in mailbox.received if mail.subject == SUBJECT]


def told(app: Flask, candidature_id: str) -> RegistrationSaved:
    """What documents is answered of the candidature."""
    answer = as_service(app, "documents", "GET", f"/candidatures/{candidature_id}/versions/current")
    return RegistrationSaved.from_data(answer.json["data"])


def test_moved_dates_are_printed_by_an_edition_and_told_once(sending: Flask, saved: str, mailbox: Mailbox) -> None:
    before = told(sending, saved)
    follow(sending, LATER)
    follow(sending)
    with sending.app_context():
        publish_everything()
    assert editions(sending) == [(1, 2, "2021-11-14")] * 2, "told again to who lost their copy"
    after = told(sending, saved)
    assert (after.confirmation.return_by, after.edition) == ("2021-11-14", 2)
    assert {piece.deposit_closes for piece in after.pieces} == {"2021-11-14T23:00:00+00:00"}
    assert after.recap == before.recap
    for _ in range(2):
        [mail] = mails(sending, mailbox)
    assert "au dimanche 14 novembre 2021 23:59 (heure/Paris)" in mail.text
    assert "- Confirmation à renvoyer pour le dimanche 14 novembre 2021" in mail.text


def test_several_moves_before_the_mail_are_one_mail_of_the_newest(sending: Flask, saved: str, mailbox: Mailbox) -> None:
    for end in (LATER, LAST):
        follow(sending, end)
    assert [edition for _, edition, _ in editions(sending)] == [2, 3]
    [mail] = mails(sending, mailbox)
    assert "30 novembre 2021" in mail.text
    follow(sending, LATER)
    assert len(mails(sending, mailbox)) == 2, "what moves afterwards is told again"


def test_dates_moved_back_in_time_are_printed_again_and_not_told(sending: Flask, saved: str, mailbox: Mailbox) -> None:
    end = datetime.fromisoformat(told(sending, saved).pieces[0].deposit_closes)
    follow(sending, LATER)
    follow(sending, end)
    assert [edition for _, edition, _ in editions(sending)] == [2, 3]
    assert mails(sending, mailbox) == []
    follow(sending, LATER)
    change_dates(sending, deposit_closes=end)
    follow(sending)
    assert len(editions(sending)) == 4, "moved back"
    change_dates(sending, deposit_closes=LATER)
    follow(sending, end)
    assert len(editions(sending)) == 4, "moved back before the job looked"


def test_what_prints_the_same_is_neither_edited_nor_told(sending: Flask, saved: str, mailbox: Mailbox) -> None:
    opens = datetime.fromisoformat(told(sending, saved).pieces[0].deposit_opens)
    follow(sending, closes=at("2021-10-26 12:00"), deposit_opens=opens.replace(minute=opens.minute + 1))
    assert (editions(sending), mails(sending, mailbox)) == ([], [])


def test_a_version_saved_after_the_move_prints_it_and_an_ended_candidature_is_left(
    sending: Flask, saved: str, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    gone = other.registered()
    change_dates(sending, deposit_closes=LATER)
    candidate.save(candidate.modify(saved).json)
    other.withdraw(gone)
    follow(sending)
    assert (editions(sending), mails(sending, mailbox)) == ([], [])
    assert (told(sending, saved).edition, told(sending, saved).confirmation.return_by) == (1, "2021-11-14")


def test_the_job_goes_on_where_it_was_stopped(
    sending: Flask, saved: str, other: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.registered()
    follow(sending)  # the openings that the catalogue has just dated
    monkeypatch.setattr(moved_dates, "PAGE", 1)
    change_dates(sending, deposit_closes=LATER)
    answers = iter([False, True])
    with stopping_answered_by(lambda: next(answers)):
        follow(sending)
    assert len(editions(sending)) == 1, "one page"
    follow(sending)
    assert len(events_of(sending, "registrations.dates_moved.v1")) == 2, "an event for each page"
    assert len(editions(sending)) == 2


def test_the_mail_of_a_save_does_not_wait_behind_those_of_moved_dates(
    sending: Flask, saved: str, other: CandidateClient, mailbox: Mailbox
) -> None:
    follow(sending, LATER)
    other.save(other.filled("03"))
    with sending.app_context():
        assert runner_of(sending, registry).run_once(MAILS)
    assert mailbox.received[-1].subject.startswith("Inscription enregistrée"), "the first that its thread takes"
    assert len(mails(sending, mailbox)) == 1


@pytest.mark.engines("postgresql")
def test_dates_do_not_move_while_a_version_is_saved_with_them(
    sending: Flask, saved: str, candidate: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the job might have passed by before the version is there."""
    tried = []

    def move(dossier: Dossier) -> None:
        with db.engine.connect() as other, pytest.raises(OperationalError):
            other.exec_driver_sql("SELECT id FROM openings FOR UPDATE NOWAIT")
        tried.append(dossier)

    draft = candidate.modify(saved).json
    monkeypatch.setattr("services.registrations.operations.drafts.registration_form.refuse_incomplete", move)
    assert candidate.save(draft).status_code == 201
    assert len(tried) == 1


def test_a_demonstration_whose_dates_move_sends_no_mail(sending: Flask, saved: str, mailbox: Mailbox) -> None:
    load(sending, guide(demonstration=True))
    follow(sending, LATER)
    assert editions(sending) == [(1, 2, "2021-11-14")]
    assert mails(sending, mailbox) == []
