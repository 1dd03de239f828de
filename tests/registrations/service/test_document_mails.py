"""What an exam office does with a document is told by one mail to its candidate, unless the session wants none."""

from dataclasses import replace

from flask import Flask

from services.contracts.documents import DocumentsAnnounced
from services.registrations.follow_ups import registry
from tests.documents.example_events import sample
from tests.registrations.service.candidate_client import CandidateClient, guide, load
from tests.support.service_worker import deliver_event, run_follow_ups
from tests.support.smtp import Mailbox


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
