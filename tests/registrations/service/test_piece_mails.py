"""Mails about pieces and documents, of which other services tell: one for each event, whatever the mail server did."""

from dataclasses import replace

from flask import Flask

from services.contracts.documents import DocumentsAnnounced
from services.contracts.page_labels import VALIDATE
from services.contracts.pieces import PiecesRefused, PiecesReminded, PiecesStateChanged
from services.contracts.reminder_rules import HOUR
from services.registrations.follow_ups import registry
from tests.documents.example_events import sample
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import CandidateClient, Desk, guide, load, move_to
from tests.support.service_worker import deliver_event, run_follow_ups
from tests.support.smtp import Mailbox

REMINDED = at(f"2021-10-24 {HOUR:02}:00")
SUBJECT = "Relance de pièces justificatives : BREVET DE TECHNICIEN SUPERIEUR"


def _reminded(candidate: CandidateClient) -> PiecesReminded:
    """Of the candidature that is saved for it."""
    event = sample(PiecesReminded)
    (incomplete,) = event.candidatures
    return replace(event, candidatures=(replace(incomplete, candidature_id=candidate.registered()),))


def _subjects(mailbox: Mailbox) -> list[str]:
    return [mail.subject for mail in mailbox.received]


def test_one_mail_says_what_is_missing_until_when(sending: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    event = _reminded(candidate)
    for _ in range(2):
        deliver_event(sending, registry, event, event_id="e" * 32)
    assert run_follow_ups(sending, registry) == []
    assert _subjects(mailbox) == [SUBJECT], "delivered twice, sent once"
    text = mailbox.received[0].text
    assert "Nationalité - à déposer en ligne jusqu'au dimanche 31 octobre 2021 23:59 (heure/Paris) :" in text
    for piece in ("NATIDE06 : ", "La signature manque.", f"à valider par « {VALIDATE} »", "pour la version 2"):
        assert piece in text
    assert candidate.get("/mails")["mails"][0]["subject"] == SUBJECT, "« Mes mails » keeps it"


def test_a_mail_that_comes_too_late_is_not_sent(sending: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    event = _reminded(candidate)
    deliver_event(sending, registry, event)
    move_to(at("2021-11-10 00:00"))
    assert run_follow_ups(sending, registry) == []
    assert _subjects(mailbox) == [], "every end has passed"

    move_to(REMINDED)
    candidate.withdraw(event.candidatures[0].candidature_id)
    deliver_event(sending, registry, event)
    assert run_follow_ups(sending, registry) == []
    assert SUBJECT not in _subjects(mailbox), "there is no candidature any more"


def test_what_pieces_are_at_is_kept_whatever_comes_late(sending: Flask, candidate: CandidateClient) -> None:
    event = replace(sample(PiecesStateChanged), candidature_id=candidate.registered())
    for state, number in (("missing", 100_006), ("complete", 200_007), ("missing", 100_008)):
        deliver_event(sending, registry, replace(event, state=state, number=number))
    listed = Desk(sending).get("?pieces_state=complete").json["candidatures"]
    assert [row["pieces_state"] for row in listed] == ["complete"]


def test_a_refusal_says_which_piece_and_why(sending: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    event = sample(PiecesRefused)
    refused = replace(event.candidature, candidature_id=candidate.registered())
    deliver_event(sending, registry, replace(event, candidature=refused))
    assert run_follow_ups(sending, registry) == []
    [mail] = mailbox.received
    assert mail.subject == "Pièce non conforme : BREVET DE TECHNICIEN SUPERIEUR"
    text = mail.text
    assert "Non Conforme : La signature manque." in text
    assert "jusqu'au mardi 09 novembre 2021 23:59" in text


def mails_of(app: Flask, mailbox: Mailbox, *candidatures: str, act: str = "withdrawn") -> list[tuple[str, str]]:
    """Recipient and subject, once it was announced twice by the same event."""
    event = replace(sample(DocumentsAnnounced), act=act, candidatures=candidatures)
    for _ in range(2):
        deliver_event(app, registry, event, event_id="e" * 32)
    assert run_follow_ups(app, registry) == []
    return [(mail.recipients[0], mail.subject.partition(" : ")[0]) for mail in mailbox.received]


def test_each_candidate_concerned_gets_one_mail_with_the_reason(
    sending: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    told = mails_of(sending, mailbox, candidate.registered(), other.registered(), "0" * 32)
    assert sorted(told) == [(person.identity["email"], "Document retiré") for person in (other, candidate)]
    text = mailbox.received[0].text
    assert "« Convocation(s) aux épreuves »" in text
    assert "Motif : Changement de centre" in text


def test_nobody_is_told_who_is_registered_no_more(
    sending: Flask, candidate: CandidateClient, saved: str, mailbox: Mailbox
) -> None:
    candidate.withdraw(saved)
    assert [subject for _, subject in mails_of(sending, mailbox, saved)] == ["Désinscription"]


def test_a_session_may_want_no_mail(sending: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    load(sending, guide(document_mails=False))
    assert mails_of(sending, mailbox, candidate.registered(), act="published") == []
