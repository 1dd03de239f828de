"""« M'inscrire »: choosing exam and académie, then « Valider » opens the form (guide §5); «
Parcourir les spécialités » by domain or as one list, with the épreuves and pieces of each.

Choosing a spécialité posts the whole tab with it, like the tab's own form, so that no other answer
is lost.
"""

from typing import Any
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.sessions import visitor
from gateway.web.accueil import chosen_steps
from gateway.web.inscription import blueprint
from gateway.web.inscription.onglets import TabPages
from gateway.web.inscription.refus import form_fields, shows_refusals
from services.chassis.errors import NotFound
from services.contracts.api.drafts import Tab, list_specialites, open_draft, read_specialite
from services.contracts.api.openings import read_choices
from services.contracts.registration_rules import Purpose
from services.french import alphabetical

SPECIALITE_FIELD = "specialite"
WHOLE_LIST = "liste"


@blueprint.get("/inscription", who=access.CANDIDATE)
def choose() -> ResponseReturnValue:
    chosen = chosen_steps(request.args)
    if "revenir" in request.args:
        return redirect(f"{request.path}?{urlencode(chosen)}")
    choices = visitor.call(read_choices(query={"purpose": Purpose.REGISTER.value, **chosen}))
    return render_page("inscription/templates/choix.html", choices=choices, chosen=chosen)


@blueprint.post("/inscription", who=access.CANDIDATE)
@shows_refusals
def validate() -> ResponseReturnValue:
    """« Valider »: reserves the N° candidat and opens the form, or resumes the draft that exists
    already."""
    body = {
        "opening_id": request.form.get("opening_id", ""),
        "assertion": visitor.signed_identity(),
    }
    draft = visitor.call(open_draft(body=body))
    return redirect(
        url_for("inscription.show_tab", draft_id=draft.id, number=draft.current), code=303
    )


@blueprint.get("/inscription/<draft_id>/<int:number>/specialites", who=access.CANDIDATE)
def specialites(draft_id: str, number: int) -> ResponseReturnValue:
    tab = _tab(draft_id, number)
    domains = visitor.call(list_specialites(draft_id)).domains
    specialites = [specialite for domain in domains for specialite in domain.specialites]
    return render_page(
        "inscription/templates/specialites.html",
        draft=tab.draft,
        tab=tab,
        domains=domains,
        alphabetical_list=sorted(
            specialites, key=lambda specialite: alphabetical(specialite.label)
        ),
        whole_list=request.args.get("vue") == WHOLE_LIST,
        **_choice_form(draft_id, tab),
    )


@blueprint.get("/inscription/<draft_id>/<int:number>/specialites/<code>", who=access.CANDIDATE)
def requirements(draft_id: str, number: int, code: str) -> ResponseReturnValue:
    """« Ce qui vous sera demandé »"""
    tab = _tab(draft_id, number)
    return render_page(
        "inscription/templates/demande.html",
        tab=tab,
        details=visitor.call(read_specialite(draft_id, code)),
        **_choice_form(draft_id, tab),
    )


def _tab(draft_id: str, number: int) -> Tab:
    """The tab that asks for the spécialité. Raises NotFound for another."""
    tab = TabPages(draft_id).read(number)
    if all(field["name"] != SPECIALITE_FIELD for field in form_fields(tab)):
        raise NotFound()
    return tab


def _choice_form(draft_id: str, tab: Tab) -> dict[str, Any]:
    """What the choice form posts: the tab's address, the spécialité chosen so far, the tab's other
    answers."""
    answers = {
        field["name"]: field.get("value") for field in form_fields(tab) if not field.get("disabled")
    }
    return {
        "draft_id": draft_id,
        "tab_url": url_for("inscription.show_tab", draft_id=draft_id, number=tab.number),
        "chosen": answers.pop(SPECIALITE_FIELD, None),
        "answers": {name: value for name, value in answers.items() if value is not None},
    }
