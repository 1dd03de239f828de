"""The catalogue that the portal is delivered with, from its files to a saved candidature and what others are told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from services.contracts import EVENTS
from services.contracts.registrations import DataErased, DatesMoved, RegistrationValidated
from services.registrations.catalogue.contents import Catalogue, read_catalogue
from services.registrations.operations.catalogue import load_catalogue
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import NOW, OPERATOR, CandidateClient, change_dates, choices, load
from tests.registrations.service.outbox import events_of

ROOT = Path(__file__).parents[3] / "catalogue"
SAMPLES = Path(__file__).parents[2] / "contracts" / "samples"
CANDIDATURE = "0123456789abcdef0123456789abcdef"  # ids are random: samples show this one


@pytest.fixture(scope="module")
def delivered() -> Catalogue:
    return read_catalogue(ROOT, NOW)


@pytest.fixture
def own(app: Flask, delivered: Catalogue) -> Flask:
    with app.app_context():
        load_catalogue(replace(delivered, files={}), actor=OPERATOR, at=NOW)
    return app


def test_the_guides_candidate_has_no_forms_and_may_take_a_concours(own: Flask, candidate: CandidateClient) -> None:
    forms = candidate.get(f"/candidatures/{candidate.registered()}/forms")
    assert forms == {"sentence": "Actuellement, cette section n'est pas utilisée dans le cadre du BTS.", "forms": []}
    picked = "domaine=Concours&exam=CAPTRANS"
    for name in ("session", "academie"):
        picked += f"&{name}={choices(own, picked)['next']['choices'][0]['value']}"
    opening = choices(own, picked)["information"]["opening_id"]
    answer = candidate.call("POST", "/drafts", {"opening_id": opening, "assertion": candidate.assertion})
    assert answer.status_code == 201


def test_what_is_published_is_the_samples(own: Flask, candidate: CandidateClient, delivered: Catalogue) -> None:
    saved = candidate.registered()
    """A registration, a date that a manager moves, a withdrawal, and a catalogue that declares a document."""
    bts = next(exam for exam in delivered.exams if exam.code == "BTS")
    declaring = replace(bts, document_types={**bts.document_types, "attestation": "Attestation de réussite"})
    change_dates(own, deposit_closes=at("2021-11-15 00:00"))
    load(own, declaring)
    candidate.withdraw(saved)
    elsewhere = (DatesMoved, RegistrationValidated, DataErased)  # test_moved_dates, test_validation, tests/retention
    told = [event for event in EVENTS if event.TYPE.startswith("registrations.") and event not in elsewhere]
    for event in told:
        published = json.dumps(events_of(own, event.TYPE)[-1]["data"]).replace(saved, CANDIDATURE)
        sample = json.loads((SAMPLES / f"{event.TYPE}.json").read_text(encoding="utf-8"))
        assert json.loads(published) == sample, event.TYPE
        assert event.from_data(sample), event.TYPE
