"""« Mes inscriptions »: consulted, modified into a next version, withdrawn."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask

from services.registrations.follow_ups import registry
from tests.registrations.domain.example_dossier import ANSWERS, BESANCON
from tests.registrations.service.candidate_client import GUIDE, CandidateClient, as_service, load
from tests.registrations.service.outbox import events_of, follow_ups_of
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox


def version(app: Flask, candidature_id: str, wanted: str = "current") -> dict[str, Any]:
    answer = as_service(app, "documents", "GET", f"/candidatures/{candidature_id}/versions/{wanted}")
    assert answer.status_code == 200
    return dict(answer.json)


def test_what_is_saved_is_acknowledged_in_the_words_of_the_guide_listed_and_shown(candidate: CandidateClient) -> None:
    assert candidate.call("GET", "/contact").status_code == 404, "nobody yet"
    saved = candidate.registered()
    acknowledgement = candidate.acknowledgement(saved)
    assert acknowledgement["saved_sentence"] == "Votre inscription a bien été prise en compte le 05/10/2021 à 12:00."
    assert (acknowledgement["numero_candidat"], acknowledgement["numero_inscription"]) == ("02103000001", "001")
    assert acknowledgement["closes_sentence"].endswith("avant la fermeture du service fixée le : 25/10/2021 à 12:00.")
    assert acknowledgement["contact"]["lines"] == ["1 chemin de l'olivier", "25000 BESANCON"]
    assert acknowledgement["documents"][0] == "Le récapitulatif d'inscription"
    (tile,) = candidate.get("/candidatures")["candidatures"]
    assert (tile["id"], tile["specialite"]) == (saved, "Banque - conseiller de clientèle")
    assert (tile["numero_inscription"], tile["version_label"], tile["modifiable"]) == ("001", "Version 01", True)
    assert candidate.get("/contact")["contact"]["telephone"] == "03 03 03 03 03"
    recap = candidate.get(f"/candidatures/{saved}")["recap"]
    assert recap["warning"] is None
    assert recap["sections"][0]["title"] == "Qualification présentée"
    assert [line["code"] for line in recap["epreuves"]][:2] == ["E1", "E2"]


def test_the_mail_of_receipt_lists_what_has_to_be_deposited_and_not_what_may_be(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    pieces = tuple(replace(piece, required=piece.code == "CINSIG03") for piece in GUIDE.pieces)
    load(sending, replace(GUIDE, pieces=pieces))
    draft = candidate.filled("03")
    assert candidate.save(draft).json == candidate.save(draft).json, "pressed twice"
    run_follow_ups(sending, registry)
    [mail] = mailbox.received
    assert ("- CINSIG03 : " in mail.text, "NATIDE06" in mail.text) == (True, False)


def test_modifier_fills_in_the_tabs_and_saving_makes_version_02(app: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    draft = candidate.moved(saved)
    assert draft["candidature_id"] == saved
    (told,) = events_of(app, "registrations.registration_saved.v1")
    first = version(app, saved)
    assert (first["event_id"], first["data"]) == (told["id"], told["data"]), "as documents and pieces were told"
    answer = candidate.save(draft)
    assert answer.json == {"candidature_id": saved, "version": 2}
    assert candidate.save(draft).json == answer.json, "pressed twice"
    acknowledged = candidate.acknowledgement(saved)
    assert (acknowledged["version_label"], acknowledged["numero_inscription"]) == ("Version 02", "001")
    data = version(app, saved)["data"]
    assert data["version"] == 2
    assert data["confirmation"]["address"][0] == "2 rue du lac"
    assert version(app, saved, "1")["data"]["confirmation"]["address"][0] == "1 rue du port"
    assert follow_ups_of(app) == ["send_modification_mail"]


def test_a_modification_is_resumed_and_abandoned_changes_nothing(app: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    draft = candidate.moved(saved)
    again = candidate.modify(saved)
    assert (again.status_code, again.json["id"]) == (200, draft["id"])
    assert "2 rue du lac" in str(candidate.tab(draft, 2))
    candidate.call("DELETE", f"/drafts/{draft['id']}")
    assert version(app, saved)["data"]["version"] == 1
    assert candidate.get("/candidatures")["candidatures"][0]["version"] == 1


def test_after_closing_nothing_is_modified_nor_withdrawn_and_the_contact_is_told(candidate: CandidateClient) -> None:
    saved = candidate.registered()
    candidate.received = BESANCON.closes
    for answer in (candidate.modify(saved), candidate.withdraw(saved)):
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/fenetre-fermee")
        assert answer.json["contact"]["email"] == "r@ac-besancon.fr"
    candidate.received = BESANCON.closes - timedelta(seconds=1)
    assert candidate.withdraw(saved).status_code == 204


def test_a_withdrawn_candidature_is_hidden_and_another_can_be_made(app: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    draft = candidate.moved(saved)
    assert [candidate.withdraw(saved).status_code for _ in range(2)] == [204, 204]
    assert candidate.save(draft).status_code == 404
    assert candidate.get("/mine")["drafts"] == [], "its modification under way goes with it"
    assert candidate.get("/candidatures")["candidatures"] == []
    assert candidate.call("GET", f"/candidatures/{saved}").status_code == 404
    (event,) = events_of(app, "registrations.registration_withdrawn.v1")
    assert event["data"]["version"] > 1
    assert follow_ups_of(app) == ["send_withdrawal_mail"]
    again = candidate.acknowledgement(candidate.registered("20"))
    assert (again["numero_inscription"], again["numero_candidat"]) == ("002", "02103000001")


def test_a_withdrawal_is_taken_back_until_closing_as_the_same_candidature(
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
    assert not any(piece["proves_version"] for piece in told["pieces"]), "what was deposited proves it still"


def test_a_withdrawal_is_not_taken_back_once_another_has_its_place(candidate: CandidateClient, saved: str) -> None:
    candidate.withdraw(saved)
    other = candidate.registered("20")
    assert candidate.get("/mine")["withdrawn"] == []
    refused = candidate.undo_withdrawal(saved)
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/candidature-existante")
    assert refused.json["candidature_id"] == other
    assert "Vous avez déjà une candidature pour cette session" in refused.json["detail"]


def test_someone_elses_is_as_unknown_as_nothing(candidate: CandidateClient, other: CandidateClient) -> None:
    draft, saved = candidate.draft("20"), candidate.registered()
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
        never = other.call(method, path.replace(draft["id"], "0" * 32).replace(saved, "0" * 32), body)
        assert (existing.status_code, never.status_code) == (404, 404), path
        assert existing.json["detail"] == never.json["detail"]


def test_earlier_answers_are_offered_anew(candidate: CandidateClient, saved: str) -> None:
    candidate.withdraw(saved)
    draft = candidate.draft("03")
    assert saved in str(candidate.tab(draft, 1)["form"])
    candidate.write(draft, 1, {"reprise": saved})
    assert str(ANSWERS["identification"]["adresse"]) in str(candidate.tab(draft, 2))
