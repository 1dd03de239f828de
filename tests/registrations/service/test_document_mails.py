"""What an exam office does with a document is told by one mail to its candidate, unless the session wants none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from services.contracts.documents import DocumentsAnnounced
from services.registrations.follow_ups import registry
from tests.documents.example_events import sample
from tests.registrations.service.candidate_client import GUIDE, GUIDE_SESSION, CandidateClient, load
from tests.support.service_worker import deliver_event, run_follow_ups
from tests.support.smtp import Mailbox

pytestmark = pytest.mark.engines("sqlite")

WITHDRAWN = sample(DocumentsAnnounced)


def mails_of(app: Flask, mailbox: Mailbox, *candidatures: str, act: str = "withdrawn") -> list[tuple[str, str]]:
    """Recipient and subject, once it was announced twice by the same event."""
    event = replace(WITHDRAWN, act=act, candidatures=candidatures)
    for _ in range(2):
        deliver_event(app, registry, event, event_id="e" * 32)
    assert run_follow_ups(app, registry) == []
    return [(mail.recipients[0], mail.subject.partition(" : ")[0]) for mail in mailbox.received]


def test_each_candidate_concerned_gets_one_mail_with_the_reason(
    sending: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    mine, theirs = (person.registered()["candidature_id"] for person in (candidate, other))
    addresses = {str(person.identity["email"]) for person in (candidate, other)}
    told = mails_of(sending, mailbox, mine, theirs, "0" * 32)
    assert sorted(told) == sorted((address, "Document retiré") for address in addresses)
    text = mailbox.received[0].text.replace("\N{NO-BREAK SPACE}", " ")
    assert "« Convocation(s) aux épreuves »" in text
    assert "Motif : Changement de centre" in text


def test_nobody_is_told_who_is_registered_no_more(sending: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    gone = candidate.registered()["candidature_id"]
    candidate.withdraw(gone)
    assert [subject for _, subject in mails_of(sending, mailbox, gone)] == ["Désinscription"]


def test_a_session_may_want_no_mail(sending: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    load(sending, replace(GUIDE, sessions=(replace(GUIDE_SESSION, document_mails=False),)))
    assert mails_of(sending, mailbox, candidate.registered()["candidature_id"], act="published") == []
