"""A service that has lost its copy for good is told of everything once more."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, select

from services.chassis.events.envelope import Envelope
from services.contracts.registrations import WindowChanged
from services.registrations.models import db, events
from tests.registrations.service.candidate_client import CandidateClient


def _published(app: Flask) -> list[tuple[str, int, str]]:
    outbox = events.Outbox
    with app.app_context(), db.reading() as session:
        rows = session.scalars(select(outbox.envelope).filter_by(destination="broker").order_by(outbox.sequence)).all()
    read = [Envelope.from_json(row) for row in rows]
    return [
        (event.type.split(".")[1], event.data["version"], event.data["candidature_id"])
        for event in read
        if event.type != WindowChanged.TYPE
    ]


def test_every_version_and_every_end_is_published_once_more_as_it_was(
    app: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    for person in (candidate, other):
        saved = person.registered()
        assert person.save(person.modify(saved["candidature_id"]).json).status_code == 201
    other.withdraw(saved["candidature_id"])
    before = _published(app)
    assert [(name, version) for name, version, _ in before] == [
        *([("registration_saved", 1), ("registration_saved", 2)] * 2),
        ("registration_withdrawn", 3),
    ]
    with app.app_context(), db.operation() as session:
        session.execute(delete(events.Outbox))  # as it is after EVENT_RETENTION
    output = app.test_cli_runner().invoke(args=["publish-candidatures"]).output
    assert output == "2 candidature(s) publiée(s) de nouveau\n"
    assert sorted(_published(app), key=str) == sorted(before, key=str)
