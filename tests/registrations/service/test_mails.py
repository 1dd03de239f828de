"""Mails: each reminds or tells once, whatever the mail server did; candidates read them again,
staff see refusals."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from services import clock
from services.chassis.database.columns import new_id
from services.contracts.documents import DocumentsAnnounced
from services.contracts.page_labels import VALIDATE
from services.contracts.pieces import PiecesRefused, PiecesReminded, PiecesStateChanged
from services.contracts.reminder_rules import HOUR
from services.contracts.retention import retention
from services.registrations.jobs import registry
from services.registrations.models import MailRefusal, db, sent_mails
from services.registrations.operations import candidates
from tests.documents.example_events import sample
from tests.registrations.domain.example_dossier import BESANCON, at
from tests.registrations.service.candidate_client import (
    CandidateClient,
    Desk,
    change_dates,
    guide,
    load,
    move_to,
)
from tests.registrations.service.reminders import LAST_DAY, SEVEN_DAYS, TWO_DAYS, remind_at
from tests.support import tokens
from tests.support.service_worker import deliver_event, run_follow_ups
from tests.support.smtp import Mailbox

LEFT_LYING = "Brouillon non transmis : BREVET DE TECHNICIEN SUPERIEUR"


@pytest.fixture
def reminding(sending: Flask) -> Flask:
    load(sending, guide(draft_reminder_days=(7, 2, 0)))
    return sending


def _reminded(mailbox: Mailbox) -> list[str]:
    """Those whose draft is left lying."""
    return [mail.recipients[0] for mail in mailbox.received if mail.subject == LEFT_LYING]


def test_each_rung_reminds_once(
    reminding: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft()
    before = timedelta(seconds=-1)
    afterwards = timedelta(hours=2)
    for sent, rung in enumerate((SEVEN_DAYS, TWO_DAYS, LAST_DAY)):
        for instant, count in (
            (rung + before, sent),
            (rung, sent + 1),
            (rung + afterwards, sent + 1),
        ):
            remind_at(reminding, instant)
            assert len(_reminded(mailbox)) == count, instant
    remind_at(reminding, BESANCON.closes)
    assert len(_reminded(mailbox)) == 3
    assert "25 octobre 2021 12:00" in mailbox.received[0].text
    assert len(candidate.get("/mails")["mails"]) == 3, "« Mes mails » keeps them"


def test_nobody_is_reminded_who_is_registered_or_abandoned_the_draft(
    reminding: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft("20")
    candidate.modify(
        candidate.registered("03")
    )  # a modification that is left lying changes nothing
    other.call("DELETE", f"/drafts/{other.draft()['id']}")
    remind_at(reminding, SEVEN_DAYS)
    assert _reminded(mailbox) == []


def test_a_draft_begun_late_awaits_a_rung(
    reminding: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    move_to(SEVEN_DAYS)
    candidate.received = SEVEN_DAYS + timedelta(minutes=1)
    candidate.draft()
    remind_at(reminding, SEVEN_DAYS + timedelta(minutes=2))
    assert _reminded(mailbox) == []
    remind_at(reminding, TWO_DAYS)
    assert len(_reminded(mailbox)) == 1


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
    assert _reminded(mailbox) == ["anne@example.org"]


def test_a_mail_that_waits_too_long_is_not_sent(
    reminding: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft()
    mailbox.stop()
    remind_at(reminding, LAST_DAY)
    mailbox.start()
    remind_at(reminding, BESANCON.closes)
    assert _reminded(mailbox) == []


def test_an_extended_window_has_its_own_ladder(
    reminding: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft()
    remind_at(reminding, LAST_DAY)
    change_dates(reminding, closes=BESANCON.closes + timedelta(days=7))
    remind_at(reminding, LAST_DAY + timedelta(hours=1))
    remind_at(reminding, LAST_DAY + timedelta(days=7))
    assert len(_reminded(mailbox)) == 3


REMINDED = at(f"2021-10-24 {HOUR:02}:00")
REMINDER = "Relance de pièces justificatives : BREVET DE TECHNICIEN SUPERIEUR"


def _reminding(candidate: CandidateClient) -> PiecesReminded:
    """Of the candidature that is saved for it."""
    event = sample(PiecesReminded)
    (incomplete,) = event.candidatures
    return replace(
        event, candidatures=(replace(incomplete, candidature_id=candidate.registered()),)
    )


def test_one_mail_says_what_is_missing_until_when(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    event = _reminding(candidate)
    for _ in range(2):
        deliver_event(sending, registry, event, event_id="e" * 32)
    assert run_follow_ups(sending, registry) == []
    assert [mail.subject for mail in mailbox.received] == [REMINDER], "delivered twice, sent once"
    text = mailbox.received[0].text
    assert (
        "Nationalité - à déposer en ligne jusqu'au dimanche 31 octobre 2021 23:59 (heure/Paris) :"
        in text
    )
    for piece in (
        "NATIDE06 : ",
        "La signature manque.",
        f"à valider par « {VALIDATE} »",
        "pour la version 2",
    ):
        assert piece in text
    assert candidate.get("/mails")["mails"][0]["subject"] == REMINDER, "« Mes mails » keeps it"


def test_a_mail_that_comes_too_late_is_not_sent(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    event = _reminding(candidate)
    deliver_event(sending, registry, event)
    move_to(at("2021-11-10 00:00"))
    assert run_follow_ups(sending, registry) == []
    assert mailbox.received == [], "every end has passed"
    move_to(REMINDED)
    candidate.withdraw(event.candidatures[0].candidature_id)
    deliver_event(sending, registry, event)
    assert run_follow_ups(sending, registry) == []
    assert REMINDER not in [mail.subject for mail in mailbox.received], (
        "there is no candidature any more"
    )


def test_what_pieces_are_at_is_kept_whatever_comes_late(
    sending: Flask, candidate: CandidateClient
) -> None:
    event = replace(sample(PiecesStateChanged), candidature_id=candidate.registered())
    for state, number in (("missing", 100_006), ("complete", 200_007), ("missing", 100_008)):
        deliver_event(sending, registry, replace(event, state=state, number=number))
    [listed] = Desk(sending).get("?pieces_state=complete").json["candidatures"]
    assert listed["pieces_state"] == "complete"


def test_a_refusal_says_which_piece_and_why(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    event = sample(PiecesRefused)
    refused = replace(event.candidature, candidature_id=candidate.registered())
    deliver_event(sending, registry, replace(event, candidature=refused))
    assert run_follow_ups(sending, registry) == []
    [mail] = mailbox.received
    assert mail.subject == "Pièce non conforme : BREVET DE TECHNICIEN SUPERIEUR"
    for words in ("Non Conforme : La signature manque.", "jusqu'au mardi 09 novembre 2021 23:59"):
        assert words in mail.text


def mails_of(
    app: Flask, mailbox: Mailbox, *candidatures: str, act: str = "withdrawn"
) -> list[tuple[str, str]]:
    """Recipient and subject, once it was announced twice by the same event."""
    event = replace(sample(DocumentsAnnounced), act=act, candidatures=candidatures)
    event_id = new_id()
    for _ in range(2):
        deliver_event(app, registry, event, event_id=event_id)
    assert run_follow_ups(app, registry) == []
    return [(mail.recipients[0], mail.subject.partition(" : ")[0]) for mail in mailbox.received]


def test_each_candidate_concerned_gets_one_mail_with_the_reason(
    sending: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    told = mails_of(sending, mailbox, candidate.registered(), other.registered(), "0" * 32)
    assert sorted(told) == [
        (person.identity["email"], "Document retiré") for person in (other, candidate)
    ]
    for words in ("« Convocation(s) aux épreuves »", "Motif : Changement de centre"):
        assert words in mailbox.received[0].text


def test_nobody_is_told_of_a_session_without_such_mails_or_registered_no_more(
    sending: Flask, candidate: CandidateClient, saved: str, mailbox: Mailbox
) -> None:
    load(sending, guide(document_mails=False))
    assert mails_of(sending, mailbox, saved, act="published") == []
    load(sending, guide())
    candidate.withdraw(saved)
    assert [subject for _, subject in mails_of(sending, mailbox, saved)] == ["Désinscription"]


def history(candidate: CandidateClient, candidature_id: str) -> list[dict[str, Any]]:
    return list(candidate.get(f"/candidatures/{candidature_id}/history")["events"])


def test_the_reason_of_staff_for_a_withdrawal_stays_theirs_that_of_an_ecart_is_told(
    candidate: CandidateClient,
) -> None:
    for act, told in (("withdrawal", None), ("ecart", "Demande écrite")):
        candidature = candidate.registered("03")
        assert Desk(candidate.app, "03").end(candidature, act).status_code == 204
        newest = next(
            event for event in history(candidate, candidature) if event["act"] != "mail.sent"
        )
        assert (newest["author"], newest["text"]) == ("staff", told)


def test_it_begins_with_the_draft_tells_of_its_own_mails_and_names_nobody_elses(
    sending: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    first = candidate.registered("03")
    assert [event["act"] for event in history(candidate, first)] == [
        "candidature.saved",
        "draft.begun",
    ]
    candidate.withdraw(first)
    run_follow_ups(sending, registry)
    second = candidate.registered("03")
    mails = [
        [event["act"] for event in history(candidate, each)].count("mail.sent")
        for each in (first, second)
    ]
    assert mails == [1, 0]
    assert other.call("GET", f"/candidatures/{first}/history").status_code == 404


EMAIL = tokens.DUBOIS["email"]
WITHDRAWN = "Désinscription : BREVET DE TECHNICIEN SUPERIEUR"


@pytest.fixture
def withdrawn(sending: Flask, candidate: CandidateClient, saved: str) -> CandidateClient:
    assert candidate.withdraw(saved).status_code == 204
    run_follow_ups(sending, registry)
    return candidate


def test_what_was_mailed_is_read_again_by_its_candidate_alone_and_forgotten_after_its_time(
    sending: Flask, withdrawn: CandidateClient, other: CandidateClient
) -> None:
    (shown,) = withdrawn.get("/mails")["mails"]
    assert (shown["subject"], shown["address"], shown["state"]) == (WITHDRAWN, EMAIL, "taken")
    assert "Inscription n° : 001" in shown["text"]
    assert other.get("/mails")["mails"] == []
    kept = timedelta(days=retention().kind("mails").active.days)
    move_to(clock.portal_now() + kept + timedelta(minutes=1))
    with sending.app_context():
        registry.jobs["closing"].run()
    assert withdrawn.get("/mails")["mails"] == []


def shown(app: Flask, candidature_id: str) -> int | None:
    refusal = Desk(app).get(f"/{candidature_id}").json["mails_refused"]
    return refusal and int(refusal["code"])


def test_a_refusal_shows_until_a_mail_is_taken(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    saved = candidate.registered()
    assert shown(sending, saved) is None
    mailbox.refuse_recipient(EMAIL, "550 5.1.1 No such mailbox")
    assert candidate.withdraw(saved).status_code < 300
    run_follow_ups(sending, registry)
    assert shown(sending, saved) == 550
    assert [mail["state"] for mail in candidate.get("/mails")["mails"]] == ["refused"]
    with sending.app_context():
        candidates.forget_refusal("pierre", EMAIL)
        assert shown(sending, saved) is None
        for address in ("milieu@exemple.fr", EMAIL):
            candidates.record_refusal("pierre", address, 552)
        assert shown(sending, saved) == 552, "the last alone is remembered"
        with db.operation() as transaction:
            candidates.lock_candidate(transaction, "pierre").email = "nouvelle@exemple.fr"
    assert shown(sending, saved) is None, "of an earlier address"


def test_messages_and_refusals_go_with_the_candidate(
    sending: Flask, withdrawn: CandidateClient
) -> None:
    assert withdrawn.get("/mails")["mails"]
    with sending.app_context():
        candidates.record_refusal("pierre", EMAIL, 550)
        with db.operation() as transaction:
            candidates.lock_candidate(transaction, "pierre").engaged_at = None
        candidates.erase_candidate("pierre")
        with db.reading() as transaction:
            for table in (sent_mails.SentMail, MailRefusal):
                assert transaction.query(table).all() == []
