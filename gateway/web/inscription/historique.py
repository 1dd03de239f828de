"""« Historique » of a candidature: what happened to it, from all services that know a part of it."""

from collections.abc import Iterator

from flask import Response, request

from gateway import access
from gateway.pages import render_page
from gateway.service_clients import SERVICE_LABELS
from gateway.sessions import visitor
from gateway.web.inscription import blueprint
from services.chassis.errors import Unavailable
from services.contracts.api.history import History, read_history, text_of, words

SERVICES = ("pieces", "documents", "registrations")
"""In the order of what happened in one instant, the newest first: a document is made after its version is saved."""
SECONDS_OF_A_SERVICE = 0.7
"""For its answer: one that hangs leaves the others theirs, within the time of a page."""
PAGE_LENGTH = 25


@blueprint.get("/inscriptions/<candidature_id>/historique", who=access.CANDIDATE)
def show_history(candidature_id: str) -> Response:
    answers = dict(_answers(candidature_id))
    events = [event for answer in answers.values() if answer for event in answer.events]
    events.sort(key=lambda event: event.at, reverse=True)  # of one instant they stay in their order
    page = max(1, request.args.get("page", 1, type=int))
    shown = events[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH]
    return render_page(
        "inscription/templates/historique.html",
        label=next((answer.label for answer in answers.values() if answer and answer.label), None),
        events=[(event, words(event), text_of(event)) for event in shown],
        missing=[SERVICE_LABELS[service] for service, answer in answers.items() if answer is None],
        newer=page - 1,
        older=page + 1 if len(events) > page * PAGE_LENGTH else None,
        candidature_id=candidature_id,
    )


def _answers(candidature_id: str) -> Iterator[tuple[str, History | None]]:
    """By service, None of one that does not answer. Raises NotFound where registrations knows no such candidature of
    this candidate."""
    for service in SERVICES:
        try:
            answer = visitor.call(read_history, at=service, candidature_id=candidature_id, seconds=SECONDS_OF_A_SERVICE)
        except Unavailable:
            answer = None
        yield service, answer
