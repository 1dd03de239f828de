"""The catalogue that the portal is delivered with, from its files to a saved candidature."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.registrations import catalogue
from services.registrations.domain.opening_selection import Choices, Purpose, select
from services.registrations.models import db
from services.registrations.operations.catalogue import load_catalogue, move_demonstration_dates
from services.registrations.queries.catalogue import offers
from tests.registrations.domain.example_dossier import ANSWERS
from tests.registrations.service.candidate_client import NOW, OPERATOR, Answer, CandidateClient
from tests.registrations.service.outbox import events_of

pytestmark = pytest.mark.engines("sqlite")

ROOT = Path(__file__).parents[3] / "catalogue"
SIX = ["CINSIG03", "NATIDE06", "BTSETAS4", "BTSEE-EF3", "BTSLIVCOMP", "BTSPRESENT-BQ"]
TWELVE = [
    "Modalités d'inscription",
    "Candidatures précédentes",
    "Identification",
    "Informations candidature",
    "Qualification présentée",
    "Acquis",
    "Informations supplémentaires",
    "Titre pour inscription",
    "Epreuves",
    "Récapitulatif",
    "Conditions d'inscription",
    "N° Inscription",
]


@pytest.fixture
def own(app: Flask) -> Flask:
    with app.app_context():
        exams, schools = catalogue.load_exams(ROOT, NOW), catalogue.etablissements(ROOT)
        load_catalogue(exams, actor=OPERATOR, at=NOW, etablissements=schools)
    return app


def choices(app: Flask, query: str) -> dict[str, Any]:
    return dict(Answer.of(app.test_client().get(f"/v1/openings/choices?purpose=register&{query}")).json)


def test_the_guides_candidate_is_asked_for_exactly_the_guides_six_pieces(
    own: Flask, candidate: CandidateClient
) -> None:
    acknowledgement = candidate.registered()
    (event,) = events_of(own, "registrations.registration_saved.v1")
    assert [piece["code"] for piece in event["data"]["pieces"]] == SIX
    assert event["data"]["confirmation"]["etablissement"] == "LP P.ADRIEN PARIS - BESANCON (0250013D)"
    assert event["data"]["session"]["code_pdf"] == "2022-08"
    forms = candidate.get(f"/candidatures/{acknowledgement['candidature_id']}/forms")
    assert forms == {"sentence": "Actuellement, cette section n'est pas utilisée dans le cadre du BTS.", "forms": []}


def test_the_twelve_tabs_are_one_more_file(own: Flask, candidate: CandidateClient) -> None:
    (session,) = choices(own, "domaine=Examen&exam=DCG")["next"]["choices"]
    academies = choices(own, f"domaine=Examen&exam=DCG&session={session['value']}")["next"]["choices"]
    picked = f"domaine=Examen&exam=DCG&session={session['value']}&academie={academies[0]['value']}"
    opening = choices(own, picked)["information"]["opening_id"]
    draft = candidate.call("POST", "/drafts", {"opening_id": opening, "assertion": candidate.assertion}).json
    assert [tab["title"] for tab in draft["tabs"]] == TWELVE
    answer = candidate.write(draft, 1, {})
    assert answer.status_code == 422
    assert candidate.write({**draft, **answer.json}, 1, {"modalites_lues": "oui"}).json["goto"] == 2


def test_two_concours_and_an_exam_of_one_session_may_coexist(own: Flask, candidate: CandidateClient) -> None:
    candidate.registered()
    (session,) = choices(own, "domaine=Concours&exam=CAPTRANS")["next"]["choices"]
    academies = choices(own, f"domaine=Concours&exam=CAPTRANS&session={session['value']}")["next"]["choices"]
    picked = f"domaine=Concours&exam=CAPTRANS&session={session['value']}&academie={academies[0]['value']}"
    opening = choices(own, picked)["information"]["opening_id"]
    answer = candidate.call("POST", "/drafts", {"opening_id": opening, "assertion": candidate.assertion})
    assert answer.status_code == 201


def test_earlier_answers_are_offered_anew(own: Flask, candidate: CandidateClient) -> None:
    acknowledgement = candidate.registered()
    candidate.withdraw(acknowledgement["candidature_id"])
    draft = candidate.draft("03")
    tab = candidate.get(f"/drafts/{draft['id']}/tabs/1")
    assert acknowledgement["candidature_id"] in str(tab["form"])
    candidate.write(draft, 1, {"reprise": acknowledgement["candidature_id"]})
    assert str(ANSWERS["identification"]["adresse"]) in str(candidate.get(f"/drafts/{draft['id']}/tabs/2"))


def test_demonstration_sessions_stay_open_through_the_years(own: Flask) -> None:
    with own.app_context():
        for days in (40, 400, 800):
            later = NOW + timedelta(days=days)
            assert move_demonstration_dates(later, actor=OPERATOR)
            assert move_demonstration_dates(later, actor=OPERATOR) == (), "moved once, they rest"
            with db.reading() as session:
                picking = select(offers(session), Purpose.REGISTER, Choices("Concours", "CAPTRANS"), later)
            assert picking.next is not None


def test_a_restart_shifts_no_date_of_a_running_demonstration(own: Flask) -> None:
    later = NOW + timedelta(days=3)
    with own.app_context():
        exams = catalogue.load_exams(ROOT, later)
        assert load_catalogue(exams, actor=OPERATOR, at=later) == ()
