"""« Parcourir les spécialités » of a draft: by domain or as one list, and what each leads to be asked.

A choice posts the tab anew with that spécialité, as the tab's own form would: nothing else of it is lost.
"""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.drafts import Tab
from gateway.pages import page
from gateway.services import services
from gateway.web.inscription import blueprint
from services.chassis.errors import NotFound
from services.chassis.french import alphabetical

FIELD = "specialite"
WHOLE_LIST = "liste"


@blueprint.get("/inscription/<draft_id>/<int:number>/specialites")
@entrances.candidates
def specialites(draft_id: str, number: int) -> ResponseReturnValue:
    token = visitor.required().access_token
    tab = _tab(draft_id, number)
    domains = services().registrations.specialites(token, draft_id)
    every = [specialite for domain in domains for specialite in domain.specialites]
    return page(
        "inscription/templates/specialites.html",
        active="inscription",
        draft=tab.draft,
        tab=tab,
        domains=domains,
        every=sorted(every, key=lambda specialite: alphabetical(specialite.label)),
        whole_list=request.args.get("vue") == WHOLE_LIST,
        **_choice(draft_id, tab),
    )


@blueprint.get("/inscription/<draft_id>/<int:number>/specialites/<code>")
@entrances.candidates
def asked(draft_id: str, number: int, code: str) -> ResponseReturnValue:
    """« Ce qui vous sera demandé »"""
    tab = _tab(draft_id, number)
    return page(
        "inscription/templates/demande.html",
        active="inscription",
        tab=tab,
        asked=services().registrations.asked(visitor.required().access_token, draft_id, code),
        **_choice(draft_id, tab),
    )


def _tab(draft_id: str, number: int) -> Tab:
    """The tab that asks for the spécialité. Raises NotFound for another."""
    token = visitor.required().access_token
    tab = services().registrations.tab(token, draft_id, number, services().accounts.identity(token))
    if all(field["name"] != FIELD for field in tab.fields):
        raise NotFound()
    return tab


def _choice(draft_id: str, tab: Tab) -> dict[str, Any]:
    """Where a choice is posted, and what of the tab goes with it."""
    held = {field["name"]: field.get("value") for field in tab.fields if not field.get("disabled")}
    return {
        "draft_id": draft_id,
        "tab_url": url_for("inscription.show_tab", draft_id=draft_id, number=tab.number),
        "chosen": held.pop(FIELD, None),
        "held": {name: value for name, value in held.items() if value is not None},
    }
