"""« Mes inscriptions » (guide §7, §11): see, print, modify, withdraw; « N° Inscription » after a save (§5.8)."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import shown_here
from gateway.sessions import visitor
from gateway.web import to_do
from gateway.web.calendar_file import MEDIA_TYPE, calendar_file
from gateway.web.inscription import blueprint
from gateway.web.inscription.refus import refusal_page
from gateway.web.shown_states import candidature_state
from services.chassis.errors import DomainError
from services.contracts.api import registrations as api
from services.contracts.api.drafts import delete_draft, read_draft

DONE = {
    "desinscription": "Votre désinscription est enregistrée. Un mail vous le confirme.",
    "validation": "Votre inscription est validée. Un mail vous le confirme.",
    "annulation": "Votre désinscription est annulée : vous êtes de nouveau inscrit. Un mail vous le confirme.",
}


@blueprint.get("/inscriptions", who=access.CANDIDATE)
def list_mine() -> ResponseReturnValue:
    registrations = visitor.call(api.list_mine)
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
        state=candidature_state(candidature, to_do.pieces_to_do_of(candidature, facts.pieces_to_do)),
        items=to_do.to_do_items(facts),
        done=DONE.get(request.args.get("fait", "")),
        missing_information=to_do.missing_information(facts),
    )


@blueprint.get("/inscriptions/<candidature_id>/dates.ics", who=access.CANDIDATE)
def dates(candidature_id: str) -> ResponseReturnValue:
    """The candidature's dates as a calendar file."""
    tile = _candidature(candidature_id)
    pieces_to_do = next((item for item in to_do.read_pieces_to_do() if item.candidature_id == candidature_id), None)
    content = calendar_file(
        tile, pieces_to_do, url_for("inscription.show", candidature_id=candidature_id, _external=True)
    )
    headers = {"Content-Disposition": "attachment; filename=dates.ics", "Cache-Control": "no-store"}
    return Response(content, content_type=MEDIA_TYPE, headers=headers)


@blueprint.get("/inscriptions/<candidature_id>/numero", who=access.CANDIDATE)
def number(candidature_id: str) -> ResponseReturnValue:
    """« N° Inscription »: what was saved, until when it can be changed, the contact."""
    saved = visitor.call(api.read_acknowledgement, candidature_id=candidature_id)
    last = len(saved.tabs)
    tabs = [
        {"number": tab.number, "title": tab.title, "state": "current" if tab.number == last else "done"}
        for tab in saved.tabs
    ]
    return render_page("inscription/templates/numero.html", saved=saved, tabs=tabs)


@blueprint.post("/inscriptions/<candidature_id>/modification", who=access.CANDIDATE)
def modify(candidature_id: str) -> ResponseReturnValue:
    try:
        body = {"assertion": visitor.signed_identity()}
        draft = visitor.call(api.start_modification, body=body, candidature_id=candidature_id)
    except DomainError as refusal:
        return refusal_page(refusal)
    return redirect(url_for("inscription.show_tab", draft_id=draft.id, number=1), code=303)


@blueprint.get("/inscriptions/<candidature_id>/desinscription", who=access.CANDIDATE)
def ask_withdrawal(candidature_id: str, refusal: DomainError | None = None) -> Response:
    tile = _candidature(candidature_id)
    return render_page("inscription/templates/desinscription.html", refusal=refusal, tile=tile)


@blueprint.post("/inscriptions/<candidature_id>/desinscription", who=access.CANDIDATE)
def withdraw(candidature_id: str) -> ResponseReturnValue:
    try:
        visitor.call(api.withdraw, candidature_id=candidature_id)
    except DomainError as refusal:
        return ask_withdrawal(candidature_id, shown_here(refusal, (403,)))
    return redirect(url_for("inscription.list_mine", fait="desinscription"), code=303)


@blueprint.post("/inscriptions/<candidature_id>/desinscription/annulation", who=access.CANDIDATE)
def undo_withdrawal(candidature_id: str) -> ResponseReturnValue:
    try:
        visitor.call(api.undo_withdrawal, candidature_id=candidature_id)
    except DomainError as refusal:
        return refusal_page(refusal)
    return redirect(url_for("inscription.list_mine", fait="annulation"), code=303)


@blueprint.get("/inscriptions/brouillons/<draft_id>/abandon", who=access.CANDIDATE)
def ask_abandon(draft_id: str) -> ResponseReturnValue:
    draft = visitor.call(read_draft, draft_id=draft_id)
    return render_page("inscription/templates/abandon.html", draft=draft)


@blueprint.post("/inscriptions/brouillons/<draft_id>/abandon", who=access.CANDIDATE)
def abandon(draft_id: str) -> ResponseReturnValue:
    visitor.call(delete_draft, draft_id=draft_id)
    return redirect(url_for("inscription.list_mine"), code=303)


def _candidature(candidature_id: str) -> api.Candidature:
    return visitor.call(api.read_candidature, candidature_id=candidature_id)
