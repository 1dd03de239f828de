"""Drafts that are not transmitted are reminded of before the registrations end: each rung once, never afterwards."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from services.contracts.reminder_rules import HOUR
from services.registrations.jobs import registry
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import CandidateClient, change_dates, guide, load, move_to
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox

SEVEN_DAYS, TWO_DAYS, LAST_DAY = (at(f"2021-10-{day} {HOUR:02}:00") for day in (18, 23, 25))
CLOSES = at("2021-10-25 12:00")
SUBJECT = "Brouillon non transmis : BREVET DE TECHNICIEN SUPERIEUR"


@pytest.fixture
def reminding(sending: Flask) -> Flask:
    load(sending, guide(draft_reminder_days=(7, 2, 0)))
    return sending


def remind_at(app: Flask, instant: datetime) -> None:
    """The job runs twice at that instant; the mails are tried."""
    move_to(instant)
    for _ in range(2):
        with app.app_context():
            registry.jobs["remind-candidates"].run()
    run_follow_ups(app, registry)


def _reminders(mailbox: Mailbox) -> list[str]:
    return [mail.recipients[0] for mail in mailbox.received if mail.subject == SUBJECT]


def test_each_rung_reminds_once(reminding: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    candidate.draft()
    counts = []
    for rung in (SEVEN_DAYS, TWO_DAYS, LAST_DAY):
        for instant in (rung - timedelta(seconds=1), rung, rung + timedelta(hours=2)):
            remind_at(reminding, instant)
            counts.append(len(_reminders(mailbox)))
    assert counts == [0, 1, 1, 1, 2, 2, 2, 3, 3]
    remind_at(reminding, CLOSES)
    assert len(_reminders(mailbox)) == 3
    assert "25 octobre 2021 12:00" in mailbox.received[0].text
    assert len(candidate.get("/mails")["mails"]) == 3, "« Mes mails » keeps them"


def test_nobody_is_reminded_who_is_registered_or_abandoned_the_draft(
    reminding: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft("20")
    candidate.modify(candidate.registered("03"))  # a modification that is left lying changes nothing
    other.call("DELETE", f"/drafts/{other.draft()['id']}")
    remind_at(reminding, SEVEN_DAYS)
    assert _reminders(mailbox) == []


def test_a_draft_begun_late_awaits_the_next_rung(
    reminding: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    move_to(SEVEN_DAYS)
    candidate.received = SEVEN_DAYS + timedelta(minutes=1)
    candidate.draft()
    remind_at(reminding, SEVEN_DAYS + timedelta(minutes=2))
    assert _reminders(mailbox) == []
    remind_at(reminding, TWO_DAYS)
    assert len(_reminders(mailbox)) == 1


def test_a_mail_that_waited_past_the_save_is_not_sent(
    reminding: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft()
    other.draft()
    mailbox.stop()
    remind_at(reminding, LAST_DAY)
    assert candidate.save(candidate.filled()).status_code == 201
    mailbox.start()
    remind_at(reminding, LAST_DAY + timedelta(hours=1))
    assert _reminders(mailbox) == ["anne@example.org"]


def test_a_mail_that_waits_too_long_is_not_sent(reminding: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    candidate.draft()
    mailbox.stop()
    remind_at(reminding, LAST_DAY)
    mailbox.start()
    remind_at(reminding, CLOSES)
    assert _reminders(mailbox) == []


def test_an_extended_window_has_its_own_ladder(reminding: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    candidate.draft()
    remind_at(reminding, LAST_DAY)
    change_dates(reminding, closes=CLOSES + timedelta(days=7))
    remind_at(reminding, LAST_DAY + timedelta(hours=1))
    remind_at(reminding, LAST_DAY + timedelta(days=7))
    assert len(_reminders(mailbox)) == 3
