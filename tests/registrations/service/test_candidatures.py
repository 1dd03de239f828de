"""« Mes inscriptions »: consulted, modified into a next version, withdrawn; set aside by staff, and
restored."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from services.registrations.follow_ups import registry
from tests.registrations.domain.example_dossier import ANSWERS, BESANCON, at
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import (
    GUIDE,
    CandidateClient,
    Desk,
    follow_ups_of,
    load,
)
from tests.support.service_worker import published, run_follow_ups
from tests.support.smtp import Mailbox


def version(app: Flask, candidature_id: str, wanted: str = "current") -> dict[str, Any]:
    answer = candidate_client.as_service(
        app, "documents", "GET", f"/candidatures/{candidature_id}/versions/{wanted}"
    )
    assert answer.status_code == 200
    return dict(answer.json)


def test_what_is_saved_is_acknowledged_in_the_words_of_the_guide(
    candidate: CandidateClient,
) -> None:
    acknowledgement = candidate.acknowledgement(candidate.registered())
    saved = "Votre inscription a bien été prise en compte le 05/10/2021 à 12:00."
    assert acknowledgement["saved_sentence"] == saved
    closes = "avant la fermeture du service fixée le : 25/10/2021 à 12:00."
    assert acknowledgement["closes_sentence"].endswith(closes)
    assert acknowledgement["documents"][0] == "Le récapitulatif d'inscription"


def test_what_is_saved_has_its_numbers(candidate: CandidateClient) -> None:
    acknowledgement = candidate.acknowledgement(candidate.registered())
    numbers = (acknowledgement["numero_candidat"], acknowledgement["numero_inscription"])
    assert numbers == ("02103000001", "001")


def test_who_has_saved_knows_whom_to_contact(candidate: CandidateClient) -> None:
    assert candidate.call("GET", "/contact").status_code == 404, "nobody yet"
    acknowledgement = candidate.acknowledgement(candidate.registered())
    assert acknowledgement["contact"]["lines"] == ["1 chemin de l'olivier", "25000 BESANCON"]
    assert candidate.get("/contact")["contact"]["telephone"] == "03 03 03 03 03"


def test_what_is_saved_is_listed(candidate: CandidateClient) -> None:
    saved = candidate.registered()
    (tile,) = candidate.get("/candidatures")["candidatures"]
    assert (tile["id"], tile["specialite"]) == (saved, "Banque - conseiller de clientèle")
    assert (tile["numero_inscription"], tile["version_label"]) == ("001", "Version 01")
    assert tile["modifiable"]


def test_what_is_saved_is_shown_whole(candidate: CandidateClient) -> None:
    recap = candidate.get(f"/candidatures/{candidate.registered()}")["recap"]
    assert recap["warning"] is None
    assert recap["sections"][0]["title"] == "Qualification présentée"
    assert [line["code"] for line in recap["epreuves"]][:2] == ["E1", "E2"]


def test_the_receipt_lists_required_pieces(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    pieces = tuple(replace(piece, required=piece.code == "CINSIG03") for piece in GUIDE.pieces)
    load(sending, replace(GUIDE, pieces=pieces))
    draft = candidate.filled("03")
    assert candidate.save(draft).json == candidate.save(draft).json, "pressed twice"
    run_follow_ups(sending, registry)
    [mail] = mailbox.received
    assert ("- CINSIG03 : " in mail.text, "NATIDE06" in mail.text) == (True, False)


def test_documents_is_told_what_has_become_of_a_candidature(
    app: Flask, candidate: CandidateClient, saved: str
) -> None:
    def standing() -> dict[str, Any]:
        answer = candidate_client.as_service(
            app, "documents", "GET", f"/candidatures/{saved}/standing"
        )
        return dict(answer.json)

    first = standing()
    assert (first["version"], first["ended_at"]) == (1, None)
    candidate.save(candidate.moved(saved))
    assert standing()["version"] == 2
    candidate.call("POST", f"/candidatures/{saved}/withdrawal")
    ended = standing()
    assert (ended["version"], bool(ended["ended_at"])) == (2, True)


def test_saving_a_modification_makes_version_02(
    app: Flask, candidate: CandidateClient, saved: str
) -> None:
    draft = candidate.moved(saved)
    assert draft["candidature_id"] == saved
    (told,) = published(app, "registrations.registration_saved.v1")
    first = version(app, saved)
    assert (first["event_id"], first["data"]) == (told["id"], told["data"]), (
        "as documents and pieces were told"
    )
    answer = candidate.save(draft)
    assert answer.json == {"candidature_id": saved, "version": 2}
    assert candidate.save(draft).json == answer.json, "pressed twice"
    acknowledged = candidate.acknowledgement(saved)
    assert (acknowledged["version_label"], acknowledged["numero_inscription"]) == (
        "Version 02",
        "001",
    )
    stored = [version(app, saved, wanted)["data"] for wanted in ("1", "current")]
    printed = [(data["version"], data["confirmation"]["address"][0]) for data in stored]
    assert printed == [(1, "1 rue du port"), (2, "2 rue du lac")]
    assert follow_ups_of(app) == ["send_modification_mail"]


def test_a_modification_is_resumed_and_abandoned_changes_nothing(
    candidate: CandidateClient, saved: str
) -> None:
    draft = candidate.moved(saved)
    again = candidate.modify(saved)
    assert (again.status_code, again.json["id"]) == (200, draft["id"])
    assert "2 rue du lac" in str(candidate.tab(draft, 2))
    candidate.call("DELETE", f"/drafts/{draft['id']}")
    shown = candidate.get("/candidatures")["candidatures"][0]["version"]
    assert (version(candidate.app, saved)["data"]["version"], shown) == (1, 1)


def test_after_closing_nothing_is_modified_nor_withdrawn_and_the_contact_is_told(
    candidate: CandidateClient,
) -> None:
    saved = candidate.registered()
    candidate.received = BESANCON.closes
    for answer in (candidate.modify(saved), candidate.withdraw(saved)):
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/fenetre-fermee")
        assert answer.json["contact"]["email"] == "r@ac-besancon.fr"
    candidate.received = BESANCON.closes - timedelta(seconds=1)
    assert candidate.withdraw(saved).status_code == 204


def test_a_withdrawn_candidature_is_hidden_and_another_can_be_made(
    app: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    draft = candidate.moved(saved)
    assert [candidate.withdraw(saved).status_code for _ in range(2)] == [204, 204]
    assert candidate.save(draft).status_code == 404
    assert candidate.get("/mine")["drafts"] == [], "its modification under way goes with it"
    assert candidate.get("/candidatures")["candidatures"] == []
    assert candidate.call("GET", f"/candidatures/{saved}").status_code == 404
    (event,) = published(app, "registrations.registration_withdrawn.v1")
    assert event["data"]["version"] > 1
    assert follow_ups_of(app) == ["send_withdrawal_mail"]
    again = candidate.acknowledgement(candidate.registered("20"))
    assert (again["numero_inscription"], again["numero_candidat"]) == ("002", "02103000001")


def test_a_withdrawal_is_taken_back_until_closing(
    app: Flask, candidate: CandidateClient, saved: str
) -> None:
    candidate.withdraw(saved)
    [offered] = candidate.get("/mine")["withdrawn"]
    assert (offered["id"], offered["closes_label"]) == (saved, "25/10/2021 à 12:00")
    candidate.received = BESANCON.closes
    refused = candidate.undo_withdrawal(saved)
    assert (refused.status_code, refused.json["contact"]["email"]) == (403, "r@ac-besancon.fr")
    candidate.received = BESANCON.closes - timedelta(seconds=1)
    assert [candidate.undo_withdrawal(saved).status_code for _ in range(2)] == [204, 204]
    [tile] = candidate.get("/candidatures")["candidatures"]
    assert (tile["numero_inscription"], tile["version"]) == ("001", 3)
    assert candidate.get("/mine")["withdrawn"] == []
    assert follow_ups_of(app) == ["send_withdrawal_mail", "send_undone_withdrawal_mail"]
    told = version(app, saved)["data"]
    assert not any(piece["proves_version"] for piece in told["pieces"]), (
        "what was deposited proves it still"
    )


def test_a_withdrawal_is_not_taken_back_once_another_has_its_place(
    candidate: CandidateClient, saved: str
) -> None:
    candidate.withdraw(saved)
    other = candidate.registered("20")
    assert candidate.get("/mine")["withdrawn"] == []
    refused = candidate.undo_withdrawal(saved)
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/candidature-existante")
    assert refused.json["candidature_id"] == other
    assert "Vous avez déjà une candidature pour cette session" in refused.json["detail"]


def test_someone_elses_is_as_unknown_as_nothing(
    candidate: CandidateClient, other: CandidateClient
) -> None:
    draft = candidate.draft("20")
    saved = candidate.registered()
    asked = [
        ("GET", f"/drafts/{draft['id']}", None),
        ("GET", f"/drafts/{draft['id']}/tabs/1", None),
        ("PUT", f"/drafts/{draft['id']}/tabs/1", {"revision": 1, "values": {}}),
        ("GET", f"/drafts/{draft['id']}/tabs/1/search?field=x&q=y", None),
        ("GET", f"/drafts/{draft['id']}/specialites", None),
        ("POST", f"/drafts/{draft['id']}/save", {"revision": 1, "assertion": other.assertion}),
        ("DELETE", f"/drafts/{draft['id']}", None),
        ("GET", f"/candidatures/{saved}", None),
        ("GET", f"/candidatures/{saved}/acknowledgement", None),
        ("GET", f"/candidatures/{saved}/forms", None),
        ("POST", f"/candidatures/{saved}/draft", {"assertion": other.assertion}),
        ("POST", f"/candidatures/{saved}/withdrawal", {}),
        ("DELETE", f"/candidatures/{saved}/withdrawal", None),
    ]
    for method, path, body in asked:
        existing = other.call(method, path, body)
        never = other.call(
            method, path.replace(draft["id"], "0" * 32).replace(saved, "0" * 32), body
        )
        assert (existing.status_code, never.status_code) == (404, 404), path
        assert existing.json["detail"] == never.json["detail"]


def test_earlier_answers_are_offered_anew(candidate: CandidateClient, saved: str) -> None:
    candidate.withdraw(saved)
    draft = candidate.draft("03")
    assert saved in str(candidate.tab(draft, 1)["form"])
    candidate.write(draft, 1, {"reprise": saved})
    assert str(ANSWERS["identification"]["adresse"]) in str(candidate.tab(draft, 2))


REASON = "Titre requis non fourni"


@pytest.fixture
def ended(sending: Flask, saved: str) -> str:
    """Set aside by staff."""
    assert Desk(sending, "03").end(saved, "ecart", " ").status_code == 422
    assert Desk(sending, "03").end(saved, "ecart", REASON).status_code == 204
    return saved


def test_a_mail_says_that_a_candidature_is_refused_why_and_whom_to_contact(
    sending: Flask, candidate: CandidateClient, ended: str, mailbox: Mailbox
) -> None:
    run_follow_ups(sending, registry)
    [mail] = mailbox.received
    assert mail.recipients == [candidate.identity["email"]]
    assert mail.subject == "Candidature écartée : BREVET DE TECHNICIEN SUPERIEUR"
    assert f"Motif : {REASON}" in mail.text
    assert "03 03 03 03 03" in mail.text


def test_a_candidature_that_staff_ended_is_listed_with_its_reason_and_contact(
    candidate: CandidateClient, ended: str
) -> None:
    listed = candidate.get("/candidatures")
    [shown] = listed["ecartees"]
    assert (listed["candidatures"], shown["id"], shown["reason"]) == ([], ended, REASON)
    assert shown["ended_at"]
    of_everybody = candidate.get("/contact")["contact"]["telephone"]
    assert shown["contact"]["telephone"] == of_everybody == "03 03 03 03 03"


def test_a_candidature_that_staff_ended_is_neither_opened_nor_taken_back_by_its_candidate(
    candidate: CandidateClient, ended: str
) -> None:
    assert candidate.call("GET", f"/candidatures/{ended}").status_code == 404
    assert candidate.undo_withdrawal(ended).status_code == 404, "which only who withdrew takes back"


def test_nobody_is_shown_as_refused_what_another_lost_or_she_withdrew_herself(
    other: CandidateClient, ended: str
) -> None:
    other.withdraw(other.registered())
    assert other.get("/candidatures")["ecartees"] == []


def test_a_candidature_that_staff_ended_is_listed_until_the_session_closes(
    candidate: CandidateClient, ended: str
) -> None:
    candidate_client.move_to(at("2024-10-05 12:00"))
    assert candidate.get("/candidatures")["ecartees"] == []


def restore(app: Flask, saved: str, academie: str = "03") -> int:
    return Desk(app, academie).end(saved, "restoration", "Diplôme reçu").status_code


def test_others_are_told_and_staff_read_who_ended_it(
    sending: Flask, ended: str, other: CandidateClient
) -> None:
    [event] = published(sending, "registrations.registration_withdrawn.v1")
    assert (event["data"]["ecartee"], version(sending, ended)["data"]["version"]) == (True, 1)
    end = Desk(sending, "03").get(f"/{ended}").json["end"]
    assert (end["reason"], end["by"]) == (REASON, "staff:agent")
    theirs = other.registered("03")
    assert Desk(sending, "03").get(f"/{theirs}").json["end"] is None
    other.withdraw(theirs)
    end = Desk(sending, "03").get(f"/{theirs}").json["end"]
    assert (end["reason"], end["by"], end["at"]) == (
        None,
        "candidate:anne",
        "2021-10-05T10:00:00+00:00",
    )


@pytest.fixture
def restored(sending: Flask, ended: str) -> str:
    """And staff restored it; they pressed twice."""
    assert [restore(sending, ended) for _ in range(2)] == [204, 204]
    return ended


def test_a_restored_candidature_is_listed_with_its_number(
    candidate: CandidateClient, restored: str
) -> None:
    (tile,) = candidate.get("/candidatures")["candidatures"]
    assert (tile["id"], tile["numero_inscription"]) == (restored, "001")


@pytest.mark.usefixtures("restored")
def test_what_was_declared_counts_again_in_a_version_newer_than_its_end(sending: Flask) -> None:
    [end] = published(sending, "registrations.registration_withdrawn.v1")
    first, again = published(sending, "registrations.registration_saved.v1")
    assert first["data"]["version"] < end["data"]["version"] < again["data"]["version"]
    told = ("version", "saved_at", "reason", "pieces")
    assert {**again["data"], **dict.fromkeys(told)} == {**first["data"], **dict.fromkeys(told)}
    before, after = (
        [piece["code"] for piece in event["data"]["pieces"]] for event in (first, again)
    )
    assert before == after


@pytest.mark.usefixtures("restored")
def test_who_is_restored_before_the_mail_of_the_end_is_told_of_that_alone(
    sending: Flask, mailbox: Mailbox
) -> None:
    run_follow_ups(sending, registry)
    [mail] = mailbox.received
    assert mail.subject == "Candidature rétablie : BREVET DE TECHNICIEN SUPERIEUR"
    assert "Candidature rétablie (la version 02 en était la fin) : Diplôme reçu" in mail.text


@pytest.mark.usefixtures("restored")
def test_the_trail_says_who_restored_a_candidature_and_why(sending: Flask) -> None:
    [entry] = candidate_client.audited(sending, action="candidature.restored")
    after = {"state": "active", "reason": "Diplôme reçu"}
    assert (entry.actor_id, entry.after) == ("agent", after)


def test_staff_see_the_end_that_a_restored_candidature_had(sending: Flask, restored: str) -> None:
    detail = Desk(sending, "03").get(f"/{restored}").json
    assert (detail["end"], detail["versions"][0]["changes"]) == (None, [])
    [past] = detail["ends"]
    assert (past["state"], past["reason"], past["by"]) == ("ecartee", REASON, "staff:agent")


def test_what_proved_the_version_that_ended_proves_the_one_restored(
    sending: Flask, candidate: CandidateClient
) -> None:
    load(
        sending,
        replace(GUIDE, pieces=tuple(replace(piece, proves_version=True) for piece in GUIDE.pieces)),
    )
    saved = candidate.registered("03")
    candidate.withdraw(saved)
    restore(sending, saved)
    candidate.save(candidate.modify(saved).json)
    versions = published(sending, "registrations.registration_saved.v1")
    proving = [{piece["proves_version"] for piece in event["data"]["pieces"]} for event in versions]
    assert proving == [{True}, {False}, {True}]
    candidate.withdraw(saved)
    restore(sending, saved)
    assert candidate.get("/candidatures")["candidatures"][0]["version"] == 6, (
        "it may end and come back again"
    )


def test_its_place_must_be_free(sending: Flask, candidate: CandidateClient, ended: str) -> None:
    candidate.registered("20")
    refused = Desk(sending, "03").end(ended, "restoration")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/candidature-existante")
    assert "(ACADÉMIE D'AMIENS, n° 002)" in refused.json["detail"]
    assert Desk(sending, "03").get(f"/{ended}").json["state"] == "ecartee"


def test_neither_after_the_session_nor_elsewhere_nor_without_a_reason(
    sending: Flask, ended: str
) -> None:
    assert restore(sending, ended, academie="20") == 404
    assert Desk(sending, "03").end(ended, "restoration", " ").status_code == 422
    assert (
        Desk(sending, "03", scopes=["candidatures:read"]).end(ended, "restoration").status_code
        == 403
    )
    candidate_client.move_to(at("2024-10-05 12:00"))
    refused = Desk(sending, "03").end(ended, "restoration")
    assert (refused.status_code, "La session est close" in refused.json["detail"]) == (409, True)
    assert follow_ups_of(sending) == ["send_ecart_mail"]


def test_what_its_candidate_withdrew_comes_back_after_closing_too(
    sending: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    candidate.withdraw(saved)
    candidate_client.move_to(at("2021-10-26 12:00"))
    candidate.received = BESANCON.closes
    assert candidate.undo_withdrawal(saved).status_code == 403
    assert restore(sending, saved) == 204
    assert [tile["version"] for tile in candidate.get("/candidatures")["candidatures"]] == [3]
