"""The catalogue that the portal is delivered with, from its files to a saved candidature and what others are told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.contracts import BY_TYPE
from services.registrations.catalogue.contents import Catalogue, read_catalogue
from services.registrations.operations.catalogue import load_catalogue
from services.registrations.operations.openings import NewDates, change_window
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import NOW, OPERATOR, Answer, CandidateClient
from tests.registrations.service.outbox import events_of

pytestmark = pytest.mark.engines("sqlite")

ROOT = Path(__file__).parents[3] / "catalogue"
SAMPLES = Path(__file__).parents[2] / "contracts" / "samples"
CANDIDATURE = "0123456789abcdef0123456789abcdef"  # ids are random: samples show this one
SIX = ["CINSIG03", "NATIDE06", "BTSETAS4", "BTSEE-EF3", "BTSLIVCOMP", "BTSPRESENT-BQ"]


@pytest.fixture(scope="module")
def delivered() -> Catalogue:
    return read_catalogue(ROOT, NOW)


@pytest.fixture
def own(app: Flask, delivered: Catalogue) -> Flask:
    with app.app_context():
        load_catalogue(delivered.exams, actor=OPERATOR, at=NOW, etablissements=delivered.etablissements)
    return app


def choices(app: Flask, query: str) -> dict[str, Any]:
    return dict(Answer.of(app.test_client().get(f"/v1/openings/choices?purpose=register&{query}")).json)


def test_the_guides_candidate_is_asked_for_the_guides_six_pieces_and_may_take_a_concours_besides(
    own: Flask, candidate: CandidateClient
) -> None:
    acknowledgement = candidate.registered()
    (event,) = events_of(own, "registrations.registration_saved.v1")
    assert [piece["code"] for piece in event["data"]["pieces"]] == SIX
    assert event["data"]["session"]["code_pdf"] == "2022-08"
    forms = candidate.get(f"/candidatures/{acknowledgement['candidature_id']}/forms")
    assert forms == {"sentence": "Actuellement, cette section n'est pas utilisée dans le cadre du BTS.", "forms": []}
    picked = "domaine=Concours&exam=CAPTRANS"
    for name in ("session", "academie"):
        picked += f"&{name}={choices(own, picked)['next']['choices'][0]['value']}"
    opening = choices(own, picked)["information"]["opening_id"]
    answer = candidate.call("POST", "/drafts", {"opening_id": opening, "assertion": candidate.assertion})
    assert answer.status_code == 201


def test_what_is_published_is_the_samples_that_other_services_are_tested_with(
    own: Flask, candidate: CandidateClient, delivered: Catalogue
) -> None:
    """A registration, a date that a manager moves, a withdrawal, and a catalogue that declares a document."""
    saved = candidate.registered()
    bts = next(exam for exam in delivered.exams if exam.code == "BTS")
    declaring = replace(bts, document_types={**bts.document_types, "attestation": "Attestation de réussite"})
    with own.app_context():
        later = NewDates(deposit_closes=at("2021-11-15 00:00"))
        change_window("BTS", "2022", "03", later, reason="Prolongation", actor=OPERATOR, at=NOW)
        load_catalogue([declaring], actor=OPERATOR, at=NOW)
    candidate.withdraw(saved["candidature_id"])
    for type in [type for type in BY_TYPE if type.startswith("registrations.")]:
        published = json.dumps(events_of(own, type)[-1]["data"]).replace(saved["candidature_id"], CANDIDATURE)
        sample = json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))
        assert json.loads(published) == sample, type
        assert BY_TYPE[type].from_data(sample), type
