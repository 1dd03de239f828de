"""« M'inscrire »: choosing exam and académie, then « Valider » opens the form (guide §5)."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.sessions import visitor
from gateway.web.accueil.ouvertures import chosen_steps
from gateway.web.inscription import blueprint
from gateway.web.inscription.refus import refusal_page
from services.chassis.errors import DomainError
from services.contracts.api.drafts import open_draft
from services.contracts.api.openings import read_choices
from services.contracts.registration_codes import Purpose


@blueprint.get("/inscription")
@access.candidate
def choose() -> ResponseReturnValue:
    chosen = chosen_steps(request.args)
    if "revenir" in request.args:
        return redirect(f"{request.path}?{urlencode(chosen)}")
    choices = clients().registrations.call(read_choices, query={"purpose": Purpose.REGISTER.value, **chosen})
    return render_page("inscription/templates/choix.html", active="inscription", choices=choices, chosen=chosen)


@blueprint.post("/inscription")
@access.candidate
def validate() -> ResponseReturnValue:
    """« Valider »: reserves the N° candidat and opens the form, or resumes the draft that exists already."""
    token = visitor.access_token()
    body = {"opening_id": request.form.get("opening_id", ""), "assertion": visitor.signed_identity(token)}
    try:
        draft = clients().registrations.call(open_draft, token, body=body)
    except DomainError as refusal:
        return refusal_page(refusal)
    return redirect(url_for("inscription.show_tab", draft_id=draft.id, number=draft.current), code=303)
