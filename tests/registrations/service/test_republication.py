"""A service that has lost its copy for good is told of everything once more."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, select

from services.chassis.events.envelope import Envelope
from services.registrations.models import db, events
from tests.registrations.service.portal import Person


def _told(app: Flask) -> list[tuple[str, int | None, str | None]]:
    outbox = events.Outbox
    with app.app_context(), db.reading() as session:
        rows = session.scalars(select(outbox.envelope).filter_by(destination="broker").order_by(outbox.sequence)).all()
    read = [Envelope.from_json(row) for row in rows]
    return [(event.type.split(".")[1], event.data.get("version"), event.data.get("withdrawn_at")) for event in read]


def test_every_version_and_every_end_is_published_once_more_as_it_was(
    app: Flask, candidate: Person, other: Person
) -> None:
    for person in (candidate, other):
        saved = person.registered()
        person.modify(saved["candidature_id"])
    other.withdraw(saved["candidature_id"])
    before = _told(app)
    with app.app_context(), db.operation() as session:
        session.execute(delete(events.Outbox))  # as it is 30 days later
    output = app.test_cli_runner().invoke(args=["publish-candidatures"]).output
    assert output == "2 candidature(s) publiée(s) de nouveau\n"
    assert sorted(_told(app), key=str) == sorted(before, key=str)
