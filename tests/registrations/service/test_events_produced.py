"""The samples of tests/contracts/samples are what registrations really publishes, for the guide's candidate."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask

from services.contracts import BY_TYPE
from services.registrations import catalogue
from services.registrations.operations.catalogue import load_catalogue
from services.registrations.operations.openings import NewDates, change_window
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import NOW, OPERATOR, CandidateClient
from tests.registrations.service.outbox import events_of
from tests.registrations.service.test_declared_documents import declaring
from tests.registrations.service.test_delivered_catalogue import ROOT

pytestmark = pytest.mark.engines("sqlite")

SAMPLES = Path(__file__).parents[2] / "contracts" / "samples"
CANDIDATURE = "0123456789abcdef0123456789abcdef"  # ids are random: samples show this one


@pytest.fixture
def published(app: Flask, candidate: CandidateClient, tmp_path: Path) -> dict[str, Any]:
    """What is published when the guide's candidate registers, a manager moves a date, the candidate withdraws, and
    a catalogue declares a document."""
    with app.app_context():
        exams, schools = catalogue.load_exams(ROOT, NOW), catalogue.etablissements(ROOT)
        load_catalogue(exams, actor=OPERATOR, at=NOW, etablissements=schools)
    saved = candidate.registered()
    with app.app_context():
        later = NewDates(deposit_closes=at("2021-11-15 00:00"))
        change_window("BTS", "2022", "03", later, reason="Prolongation", actor=OPERATOR, at=NOW)
    candidate.withdraw(saved["candidature_id"])
    ZipFile(BytesIO(declaring())).extractall(tmp_path)
    with app.app_context():
        load_catalogue(catalogue.load_exams(tmp_path / "catalogue", NOW), actor=OPERATOR, at=NOW)
    types = [type for type in BY_TYPE if type.startswith("registrations.")]
    return {type: _shown(events_of(app, type)[-1]["data"], saved["candidature_id"]) for type in types}


@pytest.mark.parametrize("type", [type for type in BY_TYPE if type.startswith("registrations.")])
def test_what_is_published_is_the_sample(published: dict[str, Any], type: str) -> None:
    sample = json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))
    assert published[type] == sample
    assert BY_TYPE[type].from_data(sample)


def _shown(data: dict[str, Any], candidature_id: str) -> Any:
    return json.loads(json.dumps(data).replace(candidature_id, CANDIDATURE))
