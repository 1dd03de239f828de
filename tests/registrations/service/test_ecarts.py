"""A candidature set aside by its service gestionnaire: the candidate is told why, and whom to ask."""

from typing import Any

import pytest
from flask import Flask

from services.chassis import clock
from services.registrations.follow_ups import registry
from tests.registrations.service.candidate_client import CandidateClient, Desk, as_service
from tests.registrations.service.outbox import events_of
from tests.support import tokens
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox

REASON = "Titre requis non fourni"
EMAIL = tokens.DUBOIS["email"]


@pytest.fixture
def set_aside(sending: Flask, saved: str) -> str:
    assert Desk(sending, "03").end(saved, "ecart", " ").status_code == 422
    assert Desk(sending, "03").end(saved, "ecart", REASON).status_code == 204
    return saved


def ecartees(candidate: CandidateClient) -> list[dict[str, Any]]:
    return list(candidate.get("/candidatures")["ecartees"])


def test_the_candidate_gets_a_mail_with_the_reason_and_whom_to_contact(
    sending: Flask, set_aside: str, mailbox: Mailbox
) -> None:
    run_follow_ups(sending, registry)
    mail = mailbox.wait_for(to=EMAIL, seconds=5)
    assert mail.subject == "Candidature écartée : BREVET DE TECHNICIEN SUPERIEUR"
    assert (f"Motif : {REASON}" in mail.text, "03 03 03 03 03" in mail.text) == (True, True)


def test_the_list_says_when_why_and_whom_to_contact_until_the_session_closes(
    candidate: CandidateClient, other: CandidateClient, set_aside: str
) -> None:
    assert candidate.get("/candidatures")["candidatures"] == []
    (shown,) = ecartees(candidate)
    assert (shown["id"], shown["reason"]) == (set_aside, REASON)
    assert shown["contact"]["telephone"] == candidate.get("/contact")["contact"]["telephone"] == "03 03 03 03 03"
    assert shown["ended_at"]
    assert candidate.call("GET", f"/candidatures/{shown['id']}").status_code == 404
    other.withdraw(other.registered())
    assert ecartees(other) == [], "neither another's nor what she withdrew herself"
    clock.set_offset(clock.offset().total_seconds() + 3 * 365 * 86400)
    assert ecartees(candidate) == []


def test_others_are_told_of_it_and_may_still_ask_for_what_was_saved(sending: Flask, set_aside: str) -> None:
    (event,) = events_of(sending, "registrations.registration_withdrawn.v1")
    assert event["data"]["ecartee"] is True
    path = f"/candidatures/{set_aside}/versions/current"
    assert as_service(sending, "documents", "GET", path).status_code == 200
