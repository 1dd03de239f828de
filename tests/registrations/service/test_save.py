"""« Enregistrer »: one candidature and one number, however often it is pressed."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from prometheus_client import REGISTRY

from services.registrations.models import db
from tests.registrations.domain.example_dossier import BESANCON, MOVED
from tests.registrations.service.candidate_client import NOW, CandidateClient, as_service
from tests.support import tokens

SECOND = timedelta(seconds=1)


def test_a_saved_dossier_is_acknowledged_in_the_words_of_the_guide(candidate: CandidateClient) -> None:
    acknowledgement = candidate.acknowledgement(candidate.registered())
    assert acknowledgement["saved_sentence"] == "Votre inscription a bien été prise en compte le 05/10/2021 à 12:00."
    assert (acknowledgement["numero_candidat"], acknowledgement["numero_inscription"]) == ("02103000001", "001")
    assert acknowledgement["closes_sentence"].endswith("avant la fermeture du service fixée le : 25/10/2021 à 12:00.")
    assert acknowledgement["contact"]["lines"] == ["1 chemin de l'olivier", "25000 BESANCON"]
    assert acknowledgement["documents"][0] == "Le récapitulatif d'inscription"


def test_pressing_again_even_after_closing_answers_the_same_and_counts_once(candidate: CandidateClient) -> None:
    def saved(kind: str) -> float:
        labels = {"exam": "BTS", "session": "2022", "academie": "03", "kind": kind}
        return REGISTRY.get_sample_value("registrations_saved_total", labels) or 0

    before = saved("first"), saved("modification")
    draft = candidate.filled()
    first, second = candidate.save(draft), candidate.save(draft)
    candidate.received = BESANCON.closes + SECOND
    assert first.json == second.json == candidate.save(draft).json
    assert len(candidate.get("/candidatures")["candidatures"]) == 1
    assert (saved("first"), saved("modification")) == (before[0] + 1, before[1])
    candidate.received = NOW
    assert candidate.save(candidate.modify(first.json["candidature_id"]).json).status_code == 201
    assert (saved("first"), saved("modification")) == (before[0] + 1, before[1] + 1)


def test_an_incomplete_dossier_is_refused_with_every_reason_and_one_unread_as_well(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    answer = candidate.save(draft)
    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/dossier-incomplet"
    assert {tab["number"] for tab in answer.json["tabs"]} >= {2, 3, 4, 6}
    assert "#/nationalite" in {error["pointer"] for error in answer.json["errors"]}
    filled = candidate.filled()
    stale = candidate.save(filled, revision=filled["revision"] - 1)  # written in another window
    assert (stale.status_code, stale.json["type"]) == (409, "/problems/brouillon-modifie")
    assert stale.json["revision"] == filled["revision"]


def test_the_window_is_half_open_to_the_second_and_what_was_typed_stays(candidate: CandidateClient) -> None:
    draft = candidate.filled()
    for instant in (BESANCON.opens - SECOND, BESANCON.closes):
        candidate.received = instant
        answer = candidate.save(draft)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/fenetre-fermee")
        assert answer.json["contact"]["email"] == "r@ac-besancon.fr"
    typed = candidate.write(draft, 2, MOVED)
    assert "2 rue du lac" in str(candidate.tab(draft, 2)["form"]), "written after closing"
    candidate.received = BESANCON.closes - SECOND
    assert candidate.save(draft, typed.json["revision"]).status_code == 201


def test_a_stamp_is_believed_from_the_gateway_only(candidate: CandidateClient) -> None:
    draft = candidate.filled()
    candidate.received = BESANCON.closes
    headers = tokens.bearer(tokens.candidate_token(candidate.id, client="tool"))
    body = {"revision": draft["revision"], "assertion": candidate.assertion}
    assert candidate.call("POST", f"/drafts/{draft['id']}/save", body, headers).status_code == 201


def test_a_second_candidature_of_the_session_is_refused_in_whatever_academie(candidate: CandidateClient) -> None:
    here, there = candidate.filled("03"), candidate.filled("20")
    saved = candidate.save(here)
    assert saved.status_code == 201
    answer = candidate.save(there)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/candidature-existante")
    assert candidate.open("20").status_code == 200, "the draft is resumed, not lost"
    candidate.call("DELETE", f"/drafts/{there['id']}")
    begun = candidate.open("20")
    assert (begun.status_code, begun.json["candidature_id"]) == (409, saved.json["candidature_id"])


def test_an_identity_below_the_floor_is_refused(app: Flask, candidate: CandidateClient) -> None:
    draft = candidate.filled()
    floor = as_service(app, "accounts", "PUT", "/candidates/pierre/identity-floor", {"version": 2})
    assert floor.status_code == 204
    answer = candidate.save(draft)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/identite-perimee")
    candidate.identity = {**candidate.identity, "version": 2, "nom_famille": "DUPOND"}
    assert candidate.save(draft).status_code == 201


def test_once_a_candidature_was_saved_accounts_may_not_raise_the_floor(app: Flask, candidate: CandidateClient) -> None:
    accounts = partial(as_service, app, "accounts")
    assert accounts("GET", "/candidates/pierre/engaged").json == {"engaged": False}
    candidate.withdraw(candidate.registered())
    assert accounts("GET", "/candidates/pierre/engaged").json == {"engaged": True}
    floor = accounts("PUT", "/candidates/pierre/identity-floor", {"version": 2})
    assert (floor.status_code, floor.json["type"]) == (409, "/problems/candidature-existante")
    assert accounts("DELETE", "/candidates/pierre").status_code == 409


def test_every_save_leaves_a_trace_that_cannot_be_changed(app: Flask, candidate: CandidateClient) -> None:
    candidate.registered()
    with app.app_context(), db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT action, actor FROM audit").fetchall()
        assert ("candidature.saved", "pierre") in [tuple(row) for row in rows]
        with pytest.raises(Exception, match="append-only"):
            connection.exec_driver_sql("DELETE FROM audit")
