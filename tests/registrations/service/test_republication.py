"""What other services are told of a catalogue's documents, and once more if they lost their copy for good."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import delete

from services.contracts.registrations import WindowChanged
from services.registrations.models import db, events
from services.registrations.operations.republication import publish_everything
from tests.registrations.service.candidate_client import GUIDE, CandidateClient, load
from tests.registrations.service.outbox import events_of
from tests.support.service_worker import published


def _published(app: Flask) -> list[tuple[str, int, str]]:
    return [
        (event["type"].split(".")[1], event["data"]["version"], event["data"]["candidature_id"])
        for event in published(app)
        if event["type"] != WindowChanged.TYPE
    ]


def test_all_versions_and_ends_are_told_once_more(
    app: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    for person in (candidate, other):
        saved = person.registered()
        assert person.save(person.modify(saved).json).status_code == 201
    other.withdraw(saved)
    before = _published(app)
    assert [(name, version) for name, version, _ in before] == [
        *([("registration_saved", 1), ("registration_saved", 2)] * 2),
        ("registration_withdrawn", 3),
    ]
    with app.app_context(), db.operation() as session:
        session.execute(delete(events.Outbox))  # as it is after RETENTION
    output = app.test_cli_runner().invoke(args=["publish-candidatures"]).output
    assert output == "2 candidature(s) publiée(s) de nouveau\n"
    assert sorted(_published(app), key=str) == sorted(before, key=str)


DECLARING = replace(GUIDE, document_types={**GUIDE.document_types, "attestation": "Attestation de réussite"})


def declared(app: Flask) -> list[list[str]]:
    """The labels of each event."""
    events = events_of(app, "registrations.documents_declared.v1")
    return [[item["label"] for item in event["data"]["documents"]] for event in events]


def test_documents_of_its_own_are_told_at_each_load_and_their_end_once(app: Flask) -> None:
    assert declared(app) == [], "nothing but the guide's types"
    load(app, DECLARING)
    with app.app_context():
        publish_everything()  # to a service that lost its copy
    assert declared(app) == [["Attestation de réussite"]] * 2
    load(app, GUIDE, GUIDE)
    assert declared(app) == [["Attestation de réussite"]] * 2 + [[]]
