"""« M'inscrire »: on what and where, then « Valider » opens the form (guide §5)."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.pages import page
from gateway.services import services
from gateway.web.inscription import blueprint
from gateway.web.inscription.refus import refusal_page
from gateway.web.selection import chosen
from services.chassis.errors import DomainError


@blueprint.get("/inscription")
@entrances.candidates
def choose() -> ResponseReturnValue:
    kept = chosen(request.args)
    if "revenir" in request.args:
        return redirect(f"{request.path}?{urlencode(kept)}")
    choices = services().registrations.choices("register", kept)
    return page("inscription/templates/choix.html", active="inscription", choices=choices, kept=kept)


@blueprint.post("/inscription")
@entrances.candidates
def validate() -> ResponseReturnValue:
    """« Valider »: reserves the N° candidat and opens the form, or resumes the draft that is there."""
    token = visitor.required().access_token
    assertion = services().accounts.identity(token)
    try:
        draft = services().registrations.open_draft(token, request.form.get("opening_id", ""), assertion)
    except DomainError as refusal:
        return refusal_page(refusal)
    return redirect(url_for("inscription.show_tab", draft_id=draft.id, number=draft.current), code=303)
