"""Dates of an opening that move, and what is told of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask

from services.contracts.registrations import RegistrationSaved
from services.registrations.jobs import registry
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import change_dates
from tests.support.service_worker import published


def follow_moved_dates(
    app: Flask, deposit_closes: datetime | None = None, **others: datetime
) -> None:
    """The dates move, and the job runs."""
    if dates := others | ({"deposit_closes": deposit_closes} if deposit_closes else {}):
        change_dates(app, **dates)
    with app.app_context():
        registry.jobs["follow-moved-dates"].run()


def editions(app: Flask) -> list[tuple[int, int, str]]:
    """(version, edition, last day) in the order in which documents is told."""
    return [
        (item["version"], item["edition"], event["data"]["dates"]["return_by"])
        for event in published(app, "registrations.dates_moved.v1")
        for item in event["data"]["editions"]
    ]


def told_to_documents(app: Flask, candidature_id: str) -> RegistrationSaved:
    """What documents is answered of the candidature."""
    answer = candidate_client.as_service(
        app, "documents", "GET", f"/candidatures/{candidature_id}/versions/current"
    )
    return RegistrationSaved.from_data(answer.json["data"])


INCIDENT: dict[str, Any] = {
    "begins": "2021-10-25T08:00:00+02:00",
    "ends": "2021-10-25T10:00:00+02:00",
    "periods": ["registration", "deposit"],
    "title": "Prolongation",
    "text": "Le portail était indisponible le 25 octobre au matin.",
    "reason": "Panne de la base de données",
}


def moves_as_read(moves: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As who read these moves sends them back."""
    return [
        {
            "id": move["opening"]["id"],
            "revision": move["opening"]["revision"],
            "closes": move["after"]["closes"],
            "deposit_closes": move["after"]["deposit_closes"],
        }
        for move in moves
    ]
