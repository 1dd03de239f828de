"""« Historique » and « Mes messages », which candidates read again, and refused mails, which staff see."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from services.chassis import clock
from services.contracts.retention import retention
from services.registrations.jobs import registry
from services.registrations.models import MailRefusal, db, sent_mails
from services.registrations.operations import candidates
from tests.registrations.service.candidate_client import CandidateClient, Desk
from tests.support import tokens
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox

REASON = "Demandé par téléphone"


def events(candidate: CandidateClient, candidature_id: str) -> list[dict[str, Any]]:
    return list(candidate.get(f"/candidatures/{candidature_id}/history")["events"])


def test_the_reason_of_staff_for_a_withdrawal_stays_theirs_that_of_an_ecart_is_told(
    sending: Flask, candidate: CandidateClient
) -> None:
    for act, told in (("withdrawal", None), ("ecart", REASON)):
        candidature = candidate.registered("03")
        assert Desk(sending, "03").end(candidature, act, REASON).status_code == 204
        newest = next(event for event in events(candidate, candidature) if event["act"] != "mail.sent")
        assert (newest["author"], newest["text"]) == ("staff", told)


def test_it_begins_with_the_draft_tells_of_its_own_mails_and_names_nobody_elses(
    sending: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    first = candidate.registered("03")
    assert [event["act"] for event in events(candidate, first)] == ["candidature.saved", "draft.begun"]
    candidate.withdraw(first)
    run_follow_ups(sending, registry)
    second = candidate.registered("03")
    mails = [[event["act"] for event in events(candidate, each)].count("mail.sent") for each in (first, second)]
    assert mails == [1, 0]
    assert other.call("GET", f"/candidatures/{first}/history").status_code == 404


EMAIL = tokens.DUBOIS["email"]
SUBJECT = "Désinscription : BREVET DE TECHNICIEN SUPERIEUR"


def messages(candidate: CandidateClient) -> list[dict[str, Any]]:
    return list(candidate.get("/mails")["mails"])


@pytest.fixture
def withdrawn(sending: Flask, candidate: CandidateClient, saved: str) -> CandidateClient:
    assert candidate.withdraw(saved).status_code < 300
    return candidate


def test_what_was_mailed_is_read_again_by_its_candidate_alone_and_forgotten_after_its_time(
    sending: Flask, withdrawn: CandidateClient, other: CandidateClient
) -> None:
    run_follow_ups(sending, registry)
    (shown,) = messages(withdrawn)
    assert (shown["subject"], shown["address"], shown["state"]) == (SUBJECT, EMAIL, "taken")
    assert "Inscription n° : 001" in shown["text"]
    assert messages(other) == []
    kept = timedelta(days=retention().kind("mails").active.days)
    clock.set_offset((clock.offset() + kept).total_seconds() + 60)
    with sending.app_context():
        registry.jobs["closing"].run()
    assert messages(withdrawn) == []


def shown(app: Flask, candidature_id: str) -> int | None:
    refusal = Desk(app).get(f"/{candidature_id}").json["mails_refused"]
    return refusal and int(refusal["code"])


def test_a_refusal_shows_until_a_mail_is_taken(sending: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    saved = candidate.registered()
    assert shown(sending, saved) is None
    mailbox.refuse_recipient(EMAIL, "550 5.1.1 No such mailbox")
    assert candidate.withdraw(saved).status_code < 300
    run_follow_ups(sending, registry)
    assert shown(sending, saved) == 550
    assert [mail["state"] for mail in messages(candidate)] == ["refused"]
    with sending.app_context():
        candidates.forget_refusal("pierre", EMAIL)
        assert shown(sending, saved) is None
        for address in ("milieu@exemple.fr", EMAIL):
            candidates.record_refusal("pierre", address, 552)
        assert shown(sending, saved) == 552, "the last alone is remembered"
        with db.operation() as session:
            candidates.lock_candidate(session, "pierre").email = "nouvelle@exemple.fr"
    assert shown(sending, saved) is None, "of an earlier address"


def test_messages_and_refusals_go_with_the_candidate(sending: Flask, withdrawn: CandidateClient) -> None:
    run_follow_ups(sending, registry)
    with sending.app_context():
        candidates.record_refusal("pierre", EMAIL, 550)
        with db.operation() as session:
            candidates.lock_candidate(session, "pierre").engaged_at = None
        candidates.erase_candidate("pierre")
        with db.reading() as session:
            for table in (sent_mails.SentMail, MailRefusal):
                assert session.query(table).all() == []
