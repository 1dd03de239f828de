"""A candidature set aside by its service gestionnaire, and restored: its candidate is told why, and whom to ask."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from services.chassis import clock
from services.contracts.accounts import Identity, IdentityCorrected
from services.registrations.follow_ups import registry
from services.registrations.models import db
from services.registrations.operations.candidatures import correct_identity
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import GUIDE, CandidateClient, Desk, as_service, load, move_to
from tests.registrations.service.outbox import audited, events_of, follow_ups_of
from tests.support import tokens
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox

REASON = "Titre requis non fourni"
EMAIL = tokens.DUBOIS["email"]


@pytest.fixture
def ended(sending: Flask, saved: str) -> str:
    """Set aside by staff."""
    assert Desk(sending, "03").end(saved, "ecart", " ").status_code == 422
    assert Desk(sending, "03").end(saved, "ecart", REASON).status_code == 204
    return saved


def ecartees(candidate: CandidateClient) -> list[dict[str, Any]]:
    return list(candidate.get("/candidatures")["ecartees"])


def test_a_mail_and_the_list_say_when_why_and_whom_to_contact_until_the_session_closes(
    sending: Flask, candidate: CandidateClient, other: CandidateClient, ended: str, mailbox: Mailbox
) -> None:
    run_follow_ups(sending, registry)
    [mail] = mailbox.received
    assert (mail.recipients, mail.subject) == ([EMAIL], "Candidature écartée : BREVET DE TECHNICIEN SUPERIEUR")
    assert (f"Motif : {REASON}" in mail.text, "03 03 03 03 03" in mail.text) == (True, True)
    assert candidate.get("/candidatures")["candidatures"] == []
    (shown,) = ecartees(candidate)
    assert (shown["id"], shown["reason"]) == (ended, REASON)
    assert shown["contact"]["telephone"] == candidate.get("/contact")["contact"]["telephone"] == "03 03 03 03 03"
    assert shown["ended_at"]
    assert candidate.call("GET", f"/candidatures/{ended}").status_code == 404
    assert candidate.undo_withdrawal(ended).status_code == 404, "which only who withdrew takes back"
    other.withdraw(other.registered())
    assert ecartees(other) == [], "neither another's nor what she withdrew herself"
    clock.set_offset(clock.offset().total_seconds() + 3 * 365 * 86400)
    assert ecartees(candidate) == []


def test_others_are_told_of_it_and_may_still_ask_for_what_was_saved(sending: Flask, ended: str) -> None:
    (event,) = events_of(sending, "registrations.registration_withdrawn.v1")
    assert event["data"]["ecartee"] is True
    path = f"/candidatures/{ended}/versions/current"
    assert as_service(sending, "documents", "GET", path).status_code == 200


def restore(app: Flask, saved: str, academie: str = "03") -> int:
    return Desk(app, academie).end(saved, "restoration", "Diplôme reçu").status_code


def test_staff_read_who_ended_it_when_and_why(sending: Flask, ended: str, other: CandidateClient) -> None:
    end = Desk(sending, "03").get(f"/{ended}").json["end"]
    assert (end["reason"], end["by"]) == (REASON, "staff:agent")
    theirs = other.registered("03")
    assert Desk(sending, "03").get(f"/{theirs}").json["end"] is None
    other.withdraw(theirs)
    end = Desk(sending, "03").get(f"/{theirs}").json["end"]
    assert (end["reason"], end["by"], end["at"]) == (None, "candidate:anne", "2021-10-05T10:00:00+00:00")


def test_what_was_declared_counts_again_in_a_version_newer_than_its_end(
    sending: Flask, candidate: CandidateClient, ended: str, mailbox: Mailbox
) -> None:
    assert [restore(sending, ended) for _ in range(2)] == [204, 204]
    (tile,) = candidate.get("/candidatures")["candidatures"]
    assert (tile["id"], tile["numero_inscription"]) == (ended, "001")
    (end,), (first, again) = (
        events_of(sending, f"registrations.registration_{name}.v1") for name in ("withdrawn", "saved")
    )
    assert first["data"]["version"] < end["data"]["version"] < again["data"]["version"]
    told = ("version", "saved_at", "reason", "pieces")
    assert [piece["code"] for piece in again["data"]["pieces"]] == [piece["code"] for piece in first["data"]["pieces"]]
    assert {**again["data"], **dict.fromkeys(told)} == {**first["data"], **dict.fromkeys(told)}
    run_follow_ups(sending, registry)
    [mail] = mailbox.received  # and none of the end
    assert mail.subject == "Candidature rétablie : BREVET DE TECHNICIEN SUPERIEUR"
    assert "Candidature rétablie (la version 02 en était la fin) : Diplôme reçu" in mail.text
    [entry] = audited(sending, action="candidature.restored")
    assert (entry.actor_id, entry.after) == ("agent", {"state": "active", "reason": "Diplôme reçu"})
    detail = Desk(sending, "03").get(f"/{ended}").json
    assert (detail["end"], detail["versions"][0]["changes"]) == (None, [])
    [past] = detail["ends"]
    assert (past["state"], past["reason"], past["by"]) == ("ecartee", REASON, "staff:agent")


def test_what_proved_the_version_that_ended_proves_the_one_restored(sending: Flask, candidate: CandidateClient) -> None:
    load(sending, replace(GUIDE, pieces=tuple(replace(piece, proves_version=True) for piece in GUIDE.pieces)))
    saved = candidate.registered("03")
    candidate.withdraw(saved)
    restore(sending, saved)
    candidate.save(candidate.modify(saved).json)
    versions = events_of(sending, "registrations.registration_saved.v1")
    proving = [{piece["proves_version"] for piece in event["data"]["pieces"]} for event in versions]
    assert proving == [{True}, {False}, {True}]
    candidate.withdraw(saved)
    restore(sending, saved)
    assert candidate.get("/candidatures")["candidatures"][0]["version"] == 6, "it may end and come back again"


def test_its_place_must_be_free(sending: Flask, candidate: CandidateClient, ended: str) -> None:
    candidate.registered("20")
    refused = Desk(sending, "03").end(ended, "restoration")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/candidature-existante")
    assert "(ACADÉMIE D'AMIENS, n° 002)" in refused.json["detail"]
    assert Desk(sending, "03").get(f"/{ended}").json["state"] == "ecartee"


def test_neither_after_the_session_nor_elsewhere_nor_without_a_reason(sending: Flask, ended: str) -> None:
    assert restore(sending, ended, academie="20") == 404
    assert Desk(sending, "03").end(ended, "restoration", " ").status_code == 422
    assert Desk(sending, "03", scopes=["candidatures:read"]).end(ended, "restoration").status_code == 403
    move_to(at("2024-10-05 12:00"))
    refused = Desk(sending, "03").end(ended, "restoration")
    assert (refused.status_code, "La session est close" in refused.json["detail"]) == (409, True)
    assert follow_ups_of(sending) == ["send_ecart_mail"]


def test_what_its_candidate_withdrew_comes_back_after_closing_too(sending: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    candidate.withdraw(saved)
    candidate.received = at("2021-10-26 12:00")
    move_to(candidate.received)
    assert candidate.undo_withdrawal(saved).status_code == 403
    assert restore(sending, saved) == 204
    assert [tile["version"] for tile in candidate.get("/candidatures")["candidatures"]] == [3]


def test_a_civil_status_corrected_meanwhile_is_that_of_what_is_restored(sending: Flask, ended: str) -> None:
    corrected = Identity(**{**tokens.DUBOIS, "version": 5, "nom_famille": "DUPOND"})
    with sending.app_context(), db.operation() as session:
        correct_identity(session, IdentityCorrected("pierre", corrected, "Pièce d'identité"))
    restore(sending, ended)
    assert Desk(sending, "03").names() == ["DUPOND Pierre"]
    versions = events_of(sending, "registrations.registration_saved.v1")
    signed = [[piece["code"] for piece in event["data"]["pieces"] if piece["proves_version"]] for event in versions]
    assert signed == [["CINSIG03"]] * 2, "under another name it is signed again"
