"""Staff see that a candidate's mails are refused, as long as the candidate has that address."""

from __future__ import annotations

from flask import Flask

from services.registrations.follow_ups import registry
from services.registrations.models import MailRefusal, db
from services.registrations.operations import candidates, mail_refusals
from tests.registrations.service.candidate_client import CandidateClient
from tests.registrations.service.test_staff import Desk
from tests.support import tokens
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox

EMAIL = tokens.DUBOIS["email"]


def shown(app: Flask, candidature_id: str) -> int | None:
    refusal = Desk(app).get(f"/{candidature_id}").json["mails_refused"]
    return refusal and int(refusal["code"])


def test_a_refusal_shows_until_the_address_takes_a_mail(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    saved = candidate.registered("03")
    assert shown(sending, saved["candidature_id"]) is None
    mailbox.refuse_recipient(EMAIL, "550 5.1.1 No such mailbox")
    assert candidate.withdraw(saved["candidature_id"]).status_code < 300
    run_follow_ups(sending, registry)
    assert shown(sending, saved["candidature_id"]) == 550
    with sending.app_context():
        mail_refusals.forget_refusal("pierre", EMAIL)
    assert shown(sending, saved["candidature_id"]) is None


def test_a_refusal_at_an_earlier_address_does_not_show(sending: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered("03")
    with sending.app_context():
        mail_refusals.record_refusal("pierre", EMAIL, 550)
        with db.operation() as session:
            candidates.lock_candidate(session, "pierre").email = "nouvelle@exemple.fr"
    assert shown(sending, saved["candidature_id"]) is None


def test_a_refusal_goes_with_the_candidate(sending: Flask, candidate: CandidateClient) -> None:
    candidate.draft()
    with sending.app_context():
        mail_refusals.record_refusal("pierre", EMAIL, 550)
        candidates.erase_candidate("pierre")
        with db.reading() as session:
            assert session.query(MailRefusal).all() == []
