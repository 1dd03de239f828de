"""What a catalogue declares besides the guide's documents is told to documents."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from services.registrations.domain.exam_definition import Exam
from services.registrations.operations.catalogue import load_catalogue
from services.registrations.operations.republication import publish_everything
from tests.registrations.service.candidate_client import GUIDE, NOW, OPERATOR
from tests.registrations.service.outbox import events_of

DECLARING = replace(GUIDE, document_types={**GUIDE.document_types, "attestation": "Attestation de réussite"})


def load(app: Flask, *exams: Exam) -> None:
    with app.app_context():
        for exam in exams:
            load_catalogue([exam], actor=OPERATOR, at=NOW)


def declared(app: Flask) -> list[list[str]]:
    """The labels of each event."""
    events = events_of(app, "registrations.documents_declared.v1")
    return [[item["label"] for item in event["data"]["documents"]] for event in events]


def test_documents_of_its_own_are_told_at_each_load_and_their_end_once(app: Flask) -> None:
    assert declared(app) == [], "nothing but the guide's types"
    load(app, DECLARING, DECLARING)
    assert declared(app) == [["Attestation de réussite"]] * 2
    load(app, GUIDE, GUIDE)
    assert declared(app) == [["Attestation de réussite"]] * 2 + [[]]


def test_a_service_that_lost_its_copy_is_told_again(app: Flask) -> None:
    load(app, DECLARING)
    before = declared(app)
    with app.app_context():
        publish_everything()
    assert declared(app)[len(before) :] == [["Attestation de réussite"]]
