"""« Mes inscriptions » (guide §7, §11): see, print, modify, withdraw; and the number given at the save (§5.8)."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.pages import page
from gateway.services import services
from gateway.web import a_faire
from gateway.web.agenda import MEDIA_TYPE, agenda
from gateway.web.etat import state_of
from gateway.web.inscription import blueprint
from gateway.web.inscription.refus import refusal_page
from services.chassis.errors import DomainError

ACTIVE = "inscriptions"


@blueprint.get("/inscriptions")
@entrances.candidates
def mine() -> ResponseReturnValue:
    token = visitor.required().access_token
    mine = services().registrations.mine(token)
    left = a_faire.pieces_left(token)
    return page(
        "inscription/templates/mes_inscriptions.html",
        active=ACTIVE,
        candidatures=[(tile, state_of(tile, a_faire.left_of(tile, left))) for tile in mine.candidatures],
        ecartees=mine.ecartees,
        drafts=mine.drafts,
        withdrawn="desinscrit" in request.args,
    )


@blueprint.get("/inscriptions/<candidature_id>")
@entrances.candidates
def show(candidature_id: str) -> ResponseReturnValue:
    """The Récapitulatif, read only."""
    token = visitor.required().access_token
    candidature = services().registrations.candidature(token, candidature_id)
    known = a_faire.facts(token).of_candidature(candidature_id)
    return page(
        "inscription/templates/candidature.html",
        active=ACTIVE,
        candidature=candidature,
        state=state_of(candidature.tile, known.left_of(candidature.tile)),
        items=a_faire.left_to_do(known),
        silence=a_faire.silence(known),
    )


@blueprint.get("/inscriptions/<candidature_id>/dates.ics")
@entrances.candidates
def dates(candidature_id: str) -> ResponseReturnValue:
    """The candidature's dates, for an agenda."""
    token = visitor.required().access_token
    tile = services().registrations.candidature(token, candidature_id).tile
    left = next((left for left in services().pieces.left(token) if left.candidature_id == candidature_id), None)
    content = agenda(tile, left, url_for("inscription.show", candidature_id=candidature_id, _external=True))
    headers = {"Content-Disposition": "attachment; filename=dates.ics", "Cache-Control": "no-store"}
    return Response(content, content_type=MEDIA_TYPE, headers=headers)


@blueprint.get("/inscriptions/<candidature_id>/numero")
@entrances.candidates
def number(candidature_id: str) -> ResponseReturnValue:
    """« N° Inscription »: what was saved, until when it can change, whom to ask."""
    token = visitor.required().access_token
    saved = services().registrations.acknowledgement(token, candidature_id)
    last = len(saved.tabs)
    tabs = [
        {"number": tab.number, "title": tab.title, "state": "current" if tab.number == last else "done"}
        for tab in saved.tabs
    ]
    return page("inscription/templates/numero.html", active=ACTIVE, saved=saved, tabs=tabs)


@blueprint.post("/inscriptions/<candidature_id>/modification")
@entrances.candidates
def modify(candidature_id: str) -> ResponseReturnValue:
    token = visitor.required().access_token
    try:
        draft = services().registrations.modify(token, candidature_id, services().accounts.identity(token))
    except DomainError as refusal:
        return refusal_page(refusal)
    return redirect(url_for("inscription.show_tab", draft_id=draft.id, number=1), code=303)


@blueprint.get("/inscriptions/<candidature_id>/desinscription")
@entrances.candidates
def ask_withdrawal(candidature_id: str) -> ResponseReturnValue:
    candidature = services().registrations.candidature(visitor.required().access_token, candidature_id)
    return page("inscription/templates/desinscription.html", active=ACTIVE, tile=candidature.tile)


@blueprint.post("/inscriptions/<candidature_id>/desinscription")
@entrances.candidates
def withdraw(candidature_id: str) -> ResponseReturnValue:
    token = visitor.required().access_token
    try:
        services().registrations.withdraw(token, candidature_id)
    except DomainError as refusal:
        if refusal.http_status != 403:
            raise
        tile = services().registrations.candidature(token, candidature_id).tile
        return page(
            "inscription/templates/desinscription.html", status=403, active=ACTIVE, tile=tile, refusal=refusal.detail
        )
    return redirect(url_for("inscription.mine", desinscrit="oui"), code=303)


@blueprint.get("/inscriptions/brouillons/<draft_id>/abandon")
@entrances.candidates
def ask_abandon(draft_id: str) -> ResponseReturnValue:
    draft = services().registrations.draft(visitor.required().access_token, draft_id)
    return page("inscription/templates/abandon.html", active=ACTIVE, draft=draft)


@blueprint.post("/inscriptions/brouillons/<draft_id>/abandon")
@entrances.candidates
def abandon(draft_id: str) -> ResponseReturnValue:
    services().registrations.delete_draft(visitor.required().access_token, draft_id)
    return redirect(url_for("inscription.mine"), code=303)
