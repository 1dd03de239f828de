"""What « Historique » tells of a candidature, and what it keeps from its candidate."""

from typing import Any

from flask import Flask

from services.registrations.follow_ups import registry
from tests.registrations.service.candidate_client import CandidateClient, Desk
from tests.support.service_worker import run_follow_ups

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


def test_a_mail_is_told_in_the_history_of_what_it_is_about(sending: Flask, candidate: CandidateClient) -> None:
    first = candidate.registered("03")
    candidate.withdraw(first)
    run_follow_ups(sending, registry)
    second = candidate.registered("03")
    mails = [[event["act"] for event in events(candidate, each)].count("mail.sent") for each in (first, second)]
    assert mails == [1, 0]


def test_it_begins_with_the_draft_and_names_nobody_elses(candidate: CandidateClient, other: CandidateClient) -> None:
    candidature = candidate.registered("03")
    assert [event["act"] for event in events(candidate, candidature)] == ["candidature.saved", "draft.begun"]
    assert other.call("GET", f"/candidatures/{candidature}/history").status_code == 404
