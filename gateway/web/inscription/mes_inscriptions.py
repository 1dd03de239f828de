"""« Mes inscriptions » (guide §7, §11): see, print, modify, withdraw; « N° Inscription » after a
save (§5.8); « Valider mon inscription »: what the candidate certifies, then the password or
FranceConnect, which accounts vouches for; and « Historique »: what happened to a candidature, from
all services that know a part of it."""

from collections.abc import Iterator

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.asked_again import given_again
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_on
from gateway.service_clients import SERVICE_LABELS
from gateway.sessions import visitor
from gateway.web import to_do
from gateway.web.calendar_file import MEDIA_TYPE, calendar_file
from gateway.web.inscription import blueprint
from gateway.web.inscription.refus import shows_refusals
from gateway.web.shown_states import candidature_state, may_be_validated
from services.chassis.errors import DomainError, NotFound, Unavailable
from services.contracts.api import registrations as api
from services.contracts.api.drafts import delete_draft, read_draft
from services.contracts.api.history import History, read_history, text_of, words
from services.contracts.api.own_account import prove_password
from services.contracts.registration_rules import CERTIFICATION, VALIDATED

HISTORY_SERVICES = ("pieces", "documents", "registrations")
"""In the order of what happened in one instant, the newest first: a document is made after its
version is saved."""
SECONDS_OF_A_SERVICE = 0.7
"""For its answer: one that hangs leaves the others theirs, within the time of a page."""
PAGE_LENGTH = 25
DONE = {
    "desinscription": "Votre désinscription est enregistrée. Un mail vous le confirme.",
    "validation": "Votre inscription est validée. Un mail vous le confirme.",
    "annulation": (
        "Votre désinscription est annulée : vous êtes de nouveau inscrit. Un mail vous le confirme."
    ),
}


@blueprint.get("/inscriptions", who=access.CANDIDATE)
def list_mine() -> ResponseReturnValue:
    registrations = visitor.call(api.list_mine())
    pieces_to_do = optional_answer(to_do.read_pieces_to_do, None)
    return render_page(
        "inscription/templates/mes_inscriptions.html",
        candidatures=[
            (tile, candidature_state(tile, to_do.pieces_to_do_of(tile, pieces_to_do)))
            for tile in registrations.candidatures
        ],
        ecartees=registrations.ecartees,
        drafts=registrations.drafts,
        withdrawn=registrations.withdrawn,
        may_be_validated=may_be_validated,
        done=DONE.get(request.args.get("fait", "")),
    )


@blueprint.get("/inscriptions/<candidature_id>", who=access.CANDIDATE)
def show(candidature_id: str) -> ResponseReturnValue:
    """The Récapitulatif, read only."""
    candidature = _candidature(candidature_id)
    facts = to_do.read_facts().of_candidature(candidature_id)
    return render_page(
        "inscription/templates/candidature.html",
        candidature=candidature,
        may_be_validated=may_be_validated(candidature),
        state=candidature_state(
            candidature, to_do.pieces_to_do_of(candidature, facts.pieces_to_do)
        ),
        items=to_do.to_do_items(facts),
        done=DONE.get(request.args.get("fait", "")),
        missing_information=to_do.missing_information(facts),
    )


@blueprint.get("/inscriptions/<candidature_id>/dates.ics", who=access.CANDIDATE)
def dates(candidature_id: str) -> ResponseReturnValue:
    """The candidature's dates as a calendar file."""
    tile = _candidature(candidature_id)
    pieces_to_do = next(
        (item for item in to_do.read_pieces_to_do() if item.candidature_id == candidature_id), None
    )
    page = url_for("inscription.show", candidature_id=candidature_id, _external=True)
    headers = {
        "Content-Disposition": "attachment; filename=dates.ics",
        "Cache-Control": "no-store",
    }
    return Response(
        calendar_file(tile, pieces_to_do, page), content_type=MEDIA_TYPE, headers=headers
    )


@blueprint.get("/inscriptions/<candidature_id>/numero", who=access.CANDIDATE)
def number(candidature_id: str) -> ResponseReturnValue:
    """« N° Inscription »: what was saved, until when it can be changed, the contact."""
    saved = visitor.call(api.read_acknowledgement(candidature_id))
    tabs = [{"number": tab.number, "title": tab.title, "state": "done"} for tab in saved.tabs]
    tabs[-1]["state"] = "current"
    return render_page("inscription/templates/numero.html", saved=saved, tabs=tabs)


@blueprint.post("/inscriptions/<candidature_id>/modification", who=access.CANDIDATE)
@shows_refusals
def modify(candidature_id: str) -> ResponseReturnValue:
    body = {"assertion": visitor.signed_identity()}
    draft = visitor.call(api.start_modification(candidature_id, body=body))
    return redirect(url_for("inscription.show_tab", draft_id=draft.id, number=1), code=303)


@blueprint.get("/inscriptions/<candidature_id>/desinscription", who=access.CANDIDATE)
def ask_withdrawal(candidature_id: str, refusal: DomainError | None = None) -> Response:
    tile = _candidature(candidature_id)
    return render_page("inscription/templates/desinscription.html", refusal=refusal, tile=tile)


@blueprint.post("/inscriptions/<candidature_id>/desinscription", who=access.CANDIDATE)
@shown_on(ask_withdrawal, 403)
def withdraw(candidature_id: str) -> ResponseReturnValue:
    visitor.call(api.withdraw(candidature_id))
    return redirect(url_for("inscription.list_mine", fait="desinscription"), code=303)


@blueprint.post("/inscriptions/<candidature_id>/desinscription/annulation", who=access.CANDIDATE)
@shows_refusals
def undo_withdrawal(candidature_id: str) -> ResponseReturnValue:
    visitor.call(api.undo_withdrawal(candidature_id))
    return redirect(url_for("inscription.list_mine", fait="annulation"), code=303)


@blueprint.get("/inscriptions/brouillons/<draft_id>/abandon", who=access.CANDIDATE)
def ask_abandon(draft_id: str) -> ResponseReturnValue:
    draft = visitor.call(read_draft(draft_id))
    return render_page("inscription/templates/abandon.html", draft=draft)


@blueprint.post("/inscriptions/brouillons/<draft_id>/abandon", who=access.CANDIDATE)
def abandon(draft_id: str) -> ResponseReturnValue:
    visitor.call(delete_draft(draft_id))
    return redirect(url_for("inscription.list_mine"), code=303)


def _candidature(candidature_id: str) -> api.Candidature:
    return visitor.call(api.read_candidature(candidature_id))


@blueprint.get("/inscriptions/<candidature_id>/validation", who=access.CANDIDATE)
def ask_validation(candidature_id: str, refusal: DomainError | None = None) -> Response:
    candidature = _candidature(candidature_id)
    return render_page(
        "inscription/templates/validation.html",
        active="inscriptions",
        refusal=(
            None if candidature.validation == VALIDATED else refusal
        ),  # the form was sent twice
        candidature=candidature,
        may_be_validated=may_be_validated(candidature),
        certification=CERTIFICATION,
    )


@blueprint.post("/inscriptions/<candidature_id>/validation", who=access.CANDIDATE)
@shown_on(ask_validation, 403, 409, 412, 422, 429, 503)
def validate_registration(candidature_id: str) -> ResponseReturnValue:
    """The version that was shown, by its digest: a newer one is shown instead of being validated
    unread. Raises NotFound for what no form of ours holds."""
    version = request.form.get("version", type=int)
    digest = posted_text("digest")
    if version is None:
        raise NotFound()
    proof = visitor.call(prove_password(body={**given_again(), "digest": digest})).proof
    shown = {"version": version, "digest": digest, "proof": proof}
    visitor.call(api.validate_version(candidature_id, body=shown))
    return redirect(
        url_for("inscription.show", candidature_id=candidature_id, fait="validation"), code=303
    )


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
    """By service, None of one that does not answer. Raises NotFound where registrations knows no
    such candidature of this candidate."""
    for service in HISTORY_SERVICES:
        try:
            answer = visitor.call(
                read_history(candidature_id, seconds=SECONDS_OF_A_SERVICE), at=service
            )
        except Unavailable:
            answer = None
        yield service, answer
