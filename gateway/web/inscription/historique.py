"""« Historique » of a candidature: what happened to it, from all services that know a part of it."""

from collections.abc import Iterator

from flask import Response, request

from gateway import access
from gateway.pages import render_page
from gateway.service_clients import SERVICE_LABELS
from gateway.sessions import visitor
from gateway.web.inscription import blueprint
from services.chassis.errors import Unavailable
from services.contracts.api.history import Event, History, read_history
from services.contracts.piece_rules import STATUS_LABELS

SERVICES = ("pieces", "documents", "registrations")
"""In the order of what happened in one instant, the newest first: a document is made after its version is saved."""
SECONDS_OF_A_SERVICE = 0.7
"""For its answer: one that hangs leaves the others theirs, within the time of a page."""
PAGE_LENGTH = 25
ACTS = {
    "candidature.ecartee": "Candidature écartée",
    "candidature.restored": "Inscription rétablie",
    "candidature.saved": "Inscription enregistrée",
    "candidature.validated": "Inscription validée en ligne",
    "candidature.withdrawn": "Désinscription",
    "deposit.deleted": "Fichier supprimé",
    "deposit.made": "Fichier déposé",
    "deposit.replaced": "Fichier remplacé",
    "deposit.restored": "Fichier précédent remis en place",
    "document.made": "Document créé",
    "document.opened": "Document ouvert",
    "document.published": "Document publié",
    "document.withdrawn": "Document retiré",
    "draft.begun": "Inscription commencée",
    "mail.sent": "Mail envoyé",
    "piece.controlled": "Décision",
    "piece.validated": "Pièce validée",
}
OF_STAFF = {"candidature.saved": "Inscription corrigée"}
MAIL_STATES = {"waiting": "Mail en attente d'envoi", "refused": "Mail refusé par votre messagerie"}
TEXTS = {"piece.controlled": "Commentaire", "deposit": "Fichier"}
"""What the text of an event is, by its act or the kind of that; of all others it is a reason."""


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
        events=[(event, words(event), _text(event)) for event in shown],
        missing=[SERVICE_LABELS[service] for service, answer in answers.items() if answer is None],
        newer=page - 1,
        older=page + 1 if len(events) > page * PAGE_LENGTH else None,
        candidature_id=candidature_id,
    )


def words(event: Event) -> str:
    """« Inscription corrigée par le service gestionnaire, version 3 »"""
    is_of_staff = event.author == "staff"
    act = OF_STAFF.get(event.act) if is_of_staff else MAIL_STATES.get(event.state or "")
    sentence = act or ACTS.get(event.act, event.act)
    if is_of_staff:
        sentence += " par le service gestionnaire"
    if event.version:
        sentence += f", version {event.version}"
    if event.state in STATUS_LABELS:
        sentence += f", {STATUS_LABELS[event.state]}"
    return f"{sentence} : {event.title}" if event.title else sentence


def _text(event: Event) -> str | None:
    label = TEXTS.get(event.act) or TEXTS.get(event.act.partition(".")[0], "Motif")
    if event.act == "candidature.restored" and event.author == "candidate":
        return event.text  # the portal's own words: who takes a withdrawal back gives no reason
    return f"{label} : {event.text}" if event.text else None


def _answers(candidature_id: str) -> Iterator[tuple[str, History | None]]:
    """By service, None of one that does not answer. Raises NotFound where registrations knows no such candidature of
    this candidate."""
    for service in SERVICES:
        try:
            answer = visitor.call(read_history, at=service, candidature_id=candidature_id, seconds=SECONDS_OF_A_SERVICE)
        except Unavailable:
            answer = None
        yield service, answer
