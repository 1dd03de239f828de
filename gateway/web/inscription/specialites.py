"""« Parcourir les spécialités »: by domain or as one list, with the épreuves and pieces that each one requires.

Choosing one posts the whole tab with that spécialité, like the tab's own form, so that no other answer is lost.
"""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.sessions import visitor
from gateway.web.inscription import blueprint
from gateway.web.inscription.tabs import form_fields, read_tab
from services.chassis.errors import NotFound
from services.chassis.french import alphabetical
from services.contracts.api.drafts import Tab, list_specialites, read_specialite

SPECIALITE_FIELD = "specialite"
WHOLE_LIST = "liste"


@blueprint.get("/inscription/<draft_id>/<int:number>/specialites")
@access.candidate
def specialites(draft_id: str, number: int) -> ResponseReturnValue:
    token = visitor.access_token()
    tab = _tab(draft_id, number)
    domains = clients().registrations.call(list_specialites, token, draft_id=draft_id).domains
    specialites = [specialite for domain in domains for specialite in domain.specialites]
    return render_page(
        "inscription/templates/specialites.html",
        active="inscription",
        draft=tab.draft,
        tab=tab,
        domains=domains,
        alphabetical_list=sorted(specialites, key=lambda specialite: alphabetical(specialite.label)),
        whole_list=request.args.get("vue") == WHOLE_LIST,
        **_choice_form(draft_id, tab),
    )


@blueprint.get("/inscription/<draft_id>/<int:number>/specialites/<code>")
@access.candidate
def requirements(draft_id: str, number: int, code: str) -> ResponseReturnValue:
    """« Ce qui vous sera demandé »"""
    tab, token = _tab(draft_id, number), visitor.access_token()
    return render_page(
        "inscription/templates/demande.html",
        active="inscription",
        tab=tab,
        details=clients().registrations.call(read_specialite, token, draft_id=draft_id, code=code),
        **_choice_form(draft_id, tab),
    )


def _tab(draft_id: str, number: int) -> Tab:
    """The tab that asks for the spécialité. Raises NotFound for another."""
    token = visitor.access_token()
    tab = read_tab(draft_id, number, visitor.signed_identity(token))
    if all(field["name"] != SPECIALITE_FIELD for field in form_fields(tab)):
        raise NotFound()
    return tab


def _choice_form(draft_id: str, tab: Tab) -> dict[str, Any]:
    """What the choice form posts: the tab's address, the spécialité chosen so far, the tab's other answers."""
    answers = {field["name"]: field.get("value") for field in form_fields(tab) if not field.get("disabled")}
    return {
        "draft_id": draft_id,
        "tab_url": url_for("inscription.show_tab", draft_id=draft_id, number=tab.number),
        "chosen": answers.pop(SPECIALITE_FIELD, None),
        "answers": {name: value for name, value in answers.items() if value is not None},
    }
