"""« Valider mon inscription »: where the session says so, a candidate certifies the current version
online, once, with the password, while the service is open; who has not is reminded."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from services.contracts.registrations import RegistrationValidated
from services.contracts.session_options import ONLINE, PAPER
from services.registrations.jobs import registry
from services.registrations.models import CandidatureValidation
from services.registrations.operations.republication import publish_everything
from tests.documents.example_events import sample
from tests.registrations.domain.example_dossier import BESANCON, at
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import CandidateClient, Desk, guide, load
from tests.registrations.service.moved_dates import editions, follow_moved_dates, told_to_documents
from tests.registrations.service.online_validation import (
    status_and_type,
    validate,
    validation_state,
    what_is_validated,
)
from tests.registrations.service.reminders import LAST_DAY, SEVEN_DAYS, remind_at
from tests.support import tokens
from tests.support.service_worker import published, run_follow_ups, stored
from tests.support.smtp import Mailbox

EXAM = "BREVET DE TECHNICIEN SUPERIEUR"
VALIDATED = RegistrationValidated.TYPE
VALIDATED_AT = "2021-10-05T10:00:00+00:00"


@pytest.fixture
def online(sending: Flask) -> Flask:
    """The guide's session, validated online; on paper in Amiens."""
    openings = (replace(candidate_client.AMIENS, validation=PAPER), BESANCON)
    load(sending, guide(validation=ONLINE, openings=openings))
    return sending


@pytest.fixture
def saved(online: Flask, candidate: CandidateClient) -> str:
    return candidate.registered()


@pytest.fixture
def certified(candidate: CandidateClient, saved: str) -> dict[str, Any]:
    """What the candidate read and validated."""
    read = what_is_validated(candidate, saved)
    assert validate(candidate, saved, read).status_code == 204
    return read


def test_what_is_saved_is_to_be_validated(
    online: Flask, candidate: CandidateClient, saved: str
) -> None:
    assert validation_state(candidate) == ("to_validate", None)
    assert candidate.acknowledgement(saved)["is_to_validate"]


def test_a_version_is_certified_as_it_was_read_and_by_whom(
    online: Flask, candidate: CandidateClient, certified: dict[str, Any]
) -> None:
    assert validation_state(candidate) == ("validated", VALIDATED_AT)
    [row] = stored(online, select(CandidatureValidation))
    assert (row.version, row.by, row.at) == (1, "candidate:pierre", candidate_client.NOW)
    assert row.digest == certified["digest"]
    [entry] = candidate_client.audited(online, action="candidature.validated")
    assert (entry.actor_id, entry.after) == ("pierre", {"version": 1})


@pytest.mark.usefixtures("certified")
def test_documents_is_told_that_a_version_is_certified(online: Flask, saved: str) -> None:
    [event] = published(online, VALIDATED)
    expected = sample(RegistrationValidated)
    edition = replace(expected.edition, candidature_id=saved)
    assert RegistrationValidated.from_data(event["data"]) == replace(expected, edition=edition)
    assert told_to_documents(online, saved).validated_at == VALIDATED_AT


@pytest.mark.usefixtures("certified")
def test_a_candidate_who_validated_gets_a_mail(online: Flask, mailbox: Mailbox) -> None:
    run_follow_ups(online, registry)
    [mail] = mailbox.received
    assert mail.subject == f"Inscription validée : {EXAM}"


@pytest.mark.parametrize("later", [candidate_client.NOW + timedelta(days=1), BESANCON.closes])
def test_a_replayed_validation_answers_the_same_and_changes_nothing(
    online: Flask,
    candidate: CandidateClient,
    saved: str,
    certified: dict[str, Any],
    mailbox: Mailbox,
    later: datetime,
) -> None:
    candidate.received = later
    assert validate(candidate, saved, certified).status_code == 204
    assert validation_state(candidate) == ("validated", VALIDATED_AT)
    [row] = stored(online, select(CandidatureValidation))
    assert row.at == candidate_client.NOW
    assert len(candidate_client.audited(online, action="candidature.validated")) == 1
    assert len(published(online, VALIDATED)) == 1
    run_follow_ups(online, registry)
    assert len(mailbox.received) == 1


def test_each_version_is_validated_anew_the_last_alone(
    online: Flask, candidate: CandidateClient, saved: str
) -> None:
    first = what_is_validated(candidate, saved)
    validate(candidate, saved)
    assert candidate.save(candidate.moved(saved)).status_code == 201
    assert validation_state(candidate) == ("to_validate", None)
    assert status_and_type(validate(candidate, saved, first)) == (412, "modifie-entre-temps")
    assert status_and_type(validate(candidate, saved, {**first, "version": 2})) == (
        412,
        "modifie-entre-temps",
    )
    assert validation_state(candidate) == ("to_validate", None)
    assert validate(candidate, saved).status_code == 204
    assert validation_state(candidate)[0] == "validated"
    assert [event["data"]["edition"]["version"] for event in published(online, VALIDATED)] == [1, 2]


def test_nobody_validates_for_another_candidate(
    online: Flask, candidate: CandidateClient, other: CandidateClient, saved: str
) -> None:
    read = what_is_validated(candidate, saved)
    assert status_and_type(validate(other, saved, read)) == (404, "introuvable")
    assert published(online, VALIDATED) == []


def test_nobody_validates_without_the_password_typed_for_what_is_read(
    online: Flask, candidate: CandidateClient, other: CandidateClient, saved: str
) -> None:
    read = what_is_validated(candidate, saved)
    path = f"/candidatures/{saved}/validation"
    of_other = tokens.password_proof(other.id, read["digest"])
    of_something_else = tokens.password_proof(candidate.id, "0" * 64)
    for proof in (of_other, of_something_else, candidate.assertion):
        refused = candidate.call("POST", path, {**read, "proof": proof})
        assert status_and_type(refused) == (403, "interdit")
    forged = tokens.forged(tokens.password_proof(candidate.id, read["digest"]))
    refused = candidate.call("POST", path, {**read, "proof": forged})
    assert status_and_type(refused) == (401, "non-identifie")
    assert published(online, VALIDATED) == []


def test_a_proof_of_the_password_is_taken_for_no_identity(
    online: Flask, candidate: CandidateClient, saved: str
) -> None:
    proof = tokens.password_proof(candidate.id, "0" * 64)
    refused = candidate.call("POST", f"/candidatures/{saved}/draft", {"assertion": proof})
    assert status_and_type(refused) == (401, "non-identifie")


def test_nobody_validates_late_and_who_tries_learns_whom_to_contact(
    online: Flask, candidate: CandidateClient, saved: str
) -> None:
    read = what_is_validated(candidate, saved)
    candidate.received = BESANCON.closes
    refused = validate(candidate, saved, read)
    assert status_and_type(refused) == (403, "fenetre-fermee")
    assert refused.json["contact"]["title"] == BESANCON.contact.title
    assert refused.json["academie_label"] == BESANCON.label
    assert published(online, VALIDATED) == []


def test_nobody_validates_what_was_withdrawn(
    online: Flask, candidate: CandidateClient, saved: str
) -> None:
    read = what_is_validated(candidate, saved)
    candidate.withdraw(saved)
    assert status_and_type(validate(candidate, saved, read)) == (404, "introuvable")
    assert published(online, VALIDATED) == []


def test_on_paper_the_confirmation_is_asked_for_and_nothing_is_validated(
    online: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    load(online, guide(openings=(candidate_client.AMIENS, replace(BESANCON, validation=ONLINE))))
    on_paper = candidate.registered("20")
    there = other.registered("03")
    assert status_and_type(validate(candidate, on_paper)) == (409, "conflit")
    assert (validation_state(candidate), validation_state(other)[0]) == (
        (None, None),
        "to_validate",
    )
    asked = [
        {piece.code for piece in told_to_documents(online, candidature).pieces}
        for candidature in (on_paper, there)
    ]
    assert asked[0] - asked[1] == {"CINSIG03"}


def test_what_was_validated_is_so_once_it_is_restored(
    online: Flask, candidate: CandidateClient, saved: str
) -> None:
    validate(candidate, saved)
    candidate.withdraw(saved)
    assert candidate.undo_withdrawal(saved).status_code == 204
    assert validation_state(candidate) == ("validated", "2021-10-05T10:00:00+00:00")
    restored = told_to_documents(online, saved)
    assert (restored.version, restored.edition, restored.validated_at) == (
        3,
        1,
        "2021-10-05T10:00:00+00:00",
    )


def test_moved_dates_are_printed_with_the_validation(
    online: Flask, candidate: CandidateClient, saved: str
) -> None:
    follow_moved_dates(online, at("2021-11-15 00:00"))
    candidate_client.change_dates(online, deposit_closes=at("2021-12-01 00:00"))
    validate(candidate, saved)
    follow_moved_dates(online, at("2021-12-05 00:00"))
    with online.app_context():
        publish_everything()
    assert editions(online)[:3] == [
        (1, 2, "2021-11-14"),
        (1, 3, "2021-11-30"),
        (1, 4, "2021-12-04"),
    ]
    now = told_to_documents(online, saved)
    assert (now.edition, now.validated_at) == (4, "2021-10-05T10:00:00+00:00")
    again = [
        event["data"]["editions"][0] for event in published(online, "registrations.dates_moved.v1")
    ][-3:]
    assert [(item["edition"], item["validated_at"] is not None) for item in again] == [
        (2, False),
        (3, True),
        (4, True),
    ]
    assert candidate_client.follow_ups_of(online).count("send_dates_mail") == 3


def test_a_moved_end_is_printed_until_it_is_validated(
    online: Flask, candidate: CandidateClient, saved: str
) -> None:
    follow_moved_dates(online, closes=BESANCON.closes + timedelta(days=1))
    assert (
        told_to_documents(online, saved).edition,
        told_to_documents(online, saved).closes_at,
    ) == (
        2,
        "2021-10-26T10:00:00+00:00",
    )
    validate(candidate, saved)
    follow_moved_dates(online, closes=BESANCON.closes + timedelta(days=2))
    assert told_to_documents(online, saved).edition == 3


def test_who_has_not_validated_is_reminded_once_by_each_rung(
    online: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    load(online, guide(validation=ONLINE, draft_reminder_days=(7, 0)))
    candidate.registered()
    assert validate(other, other.registered()).status_code == 204
    run_follow_ups(online, registry)
    for instant in (
        SEVEN_DAYS - timedelta(seconds=1),
        SEVEN_DAYS,
        SEVEN_DAYS + timedelta(hours=2),
        LAST_DAY,
    ):
        remind_at(online, instant)
    remind_at(online, BESANCON.closes)
    reminders = [
        mail for mail in mailbox.received if mail.subject == f"Inscription à valider : {EXAM}"
    ]
    assert [mail.recipients for mail in reminders] == [["pdubois@ac-rennes.fr"]] * 2
    assert "lundi 25 octobre 2021 12:00" in reminders[0].text


def test_no_reminder_is_sent_past_the_validation(
    online: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    load(online, guide(validation=ONLINE, draft_reminder_days=(7,)))
    saved = candidate.registered()
    candidate_client.move_to(SEVEN_DAYS)
    with online.app_context():
        registry.jobs["remind-candidates"].run()
    assert candidate_client.follow_ups_of(online) == ["send_validation_reminder"]
    candidate.received = SEVEN_DAYS
    validate(candidate, saved)
    run_follow_ups(online, registry)
    assert [mail.subject for mail in mailbox.received] == [f"Inscription validée : {EXAM}"]


def test_staff_see_who_validated(
    online: Flask, candidate: CandidateClient, other: CandidateClient, saved: str
) -> None:
    other.registered()
    read = what_is_validated(candidate, saved)
    validate(candidate, saved)
    desk = Desk(online, "03")
    assert desk.names("validation=to_validate") == ["DUBOIS Anne"]
    assert desk.names("validation=validated") == ["DUBOIS Pierre"]
    [version] = desk.get(f"/{saved}").json["versions"]
    certified = {
        "at": "2021-10-05T10:00:00+00:00",
        "by": "candidate:pierre",
        "digest": read["digest"],
    }
    assert version["validation"] == certified
