"""The tabs of a registration: shown as registrations describes them, posted as typed (guide §5.1 to §5.8)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, owner, visitor
from gateway.clients.drafts import Draft, Tab
from gateway.clients.forms import Values, typed
from gateway.components.fields import error_target, field_id
from gateway.components.posted import WORDS
from gateway.pages import page
from gateway.services import services
from gateway.web.inscription import blueprint
from gateway.web.inscription.conflit import conflict_page
from gateway.web.inscription.refus import FINAL, refusal_page
from services.chassis.errors import DomainError
from services.chassis.http.client import READS
from services.contracts import problem_types

OURS = ("action", "revision", "rechercher", "choisir", "parcourir", "onglet", owner.FIELD)
STAYING = ("onglet", "rechercher", "choisir", "parcourir")
MOVES = ("next", "previous")


@blueprint.get("/inscription/<draft_id>/<int:number>")
@entrances.candidates
def show_tab(draft_id: str, number: int) -> ResponseReturnValue:
    tab = _tab(draft_id, number)
    if tab.draft.saved_candidature_id:
        return redirect(url_for("inscription.number", candidature_id=tab.draft.saved_candidature_id))
    return _tab_page(tab, verify="verifier" in request.args)


@blueprint.post("/inscription/<draft_id>/<int:number>")
@entrances.candidates
def write_tab(draft_id: str, number: int) -> ResponseReturnValue:
    """« Suivant », « Précédent », « Enregistrer », « Quitter », a search without the script, or another tab pressed."""
    pressed = request.form.get("action")
    if pressed == "save":
        return _save(draft_id, number)
    stays = any(name in request.form for name in STAYING) or pressed not in MOVES
    action, values = "stay" if stays else str(pressed), posted_values() | _proposal_taken()
    try:
        moved = services().registrations.write_tab(
            _token(), draft_id, number, revision=posted_revision(), values=values, action=action, assertion=_assertion()
        )
    except DomainError as refusal:
        return _refused(draft_id, number, values, refusal)
    if searched := request.form.get("rechercher"):
        return _found(draft_id, number, searched, values)
    if "parcourir" in request.form:
        return redirect(url_for("inscription.specialites", draft_id=draft_id, number=number), code=303)
    if pressed == "quit":
        return redirect(url_for("inscription.mine"), code=303)
    goto = request.form.get("onglet", type=int) or moved.goto
    return redirect(url_for("inscription.show_tab", draft_id=draft_id, number=goto), code=303)


@blueprint.get("/inscription/<draft_id>/<int:number>/recherche")
@entrances.candidates
def search(draft_id: str, number: int) -> ResponseReturnValue:
    """Suggestions for a searched field: {"options": [{"value", "label", "hint"}], "advice"}."""
    field, words = request.args.get("field", ""), request.args.get("q", "")
    return jsonify(_proposed(draft_id, number, field, words))


def _save(draft_id: str, number: int) -> ResponseReturnValue:
    """« Enregistrer »: the one moment at which a candidature comes to be."""
    try:
        saved = services().registrations.save(_token(), draft_id, revision=posted_revision(), assertion=_assertion())
    except DomainError as refusal:
        return _refused(draft_id, number, {}, refusal)
    return redirect(url_for("inscription.number", candidature_id=saved.candidature_id), code=303)


def _refused(draft_id: str, number: int, values: Values, refusal: DomainError) -> ResponseReturnValue:
    if refusal.slug == problem_types.DRAFT_CHANGED.slug and values:
        return conflict_page(draft_id, number, values, refusal, _assertion())
    if refusal.slug in FINAL:
        tab = _tab(draft_id, number) if values else None
        return refusal_page(refusal, draft_id=draft_id, tab=tab, values=values)
    if refusal.http_status not in (403, 409, 422):
        raise refusal
    unkept = values if refusal.http_status == 422 and "revision" not in refusal.extra else {}
    return _tab_page(_tab(draft_id, number), refusal=refusal, unkept=unkept, words=_not_searched(values))


def _found(draft_id: str, number: int, searched: str, values: Values) -> ResponseReturnValue:
    words = str(values.get(f"{searched}{WORDS}", ""))
    proposed = _proposed(draft_id, number, searched, words)
    words_left = _not_searched(values) | {searched: words}
    return _tab_page(_tab(draft_id, number), results={searched: proposed}, words=words_left)


def _not_searched(values: Values) -> dict[str, str]:
    """Words typed into searches of which nothing is chosen yet, by field."""
    typed = {name.removesuffix(WORDS): str(text) for name, text in values.items() if name.endswith(WORDS)}
    return {name: text for name, text in typed.items() if text and not values.get(name)}


def _proposal_taken() -> Values:
    """The answer of the button that proposes it: « etablissement=CNED », instead of the words typed there."""
    name, _, value = request.form.get("choisir", "").partition("=")
    return {name: value} if name and value else {}


def _proposed(draft_id: str, number: int, field: str, words: str) -> dict[str, Any]:
    return asdict(services().registrations.search(_token(), draft_id, number, field, words))


def _tab(draft_id: str, number: int) -> Tab:
    return services().registrations.tab(_token(), draft_id, number, _assertion())


def _tab_page(
    tab: Tab,
    *,
    refusal: DomainError | None = None,
    results: dict[str, Any] | None = None,
    words: dict[str, str] | None = None,
    verify: bool = False,
    unkept: Values | None = None,
) -> ResponseReturnValue:
    """`verify` shows what registrations finds wrong in the tab (one comes from a refused save); `unkept` is what was
    typed and could not be kept."""
    draft, number = tab.draft, tab.number
    _put_searches(tab, results or {}, words or {})
    _put_typed(tab, unkept or {})
    return page(
        "inscription/templates/onglet.html",
        status=refusal.http_status if refusal else 200,
        active="inscriptions" if draft.modified else "inscription",
        draft=draft,
        unkept=bool(unkept),
        tab=tab,
        tabs=_headings(draft, number),
        errors=list(tab.errors) if verify else _errors(draft, number, refusal),
        refusal=refusal if refusal and not refusal.errors else None,
        search_url=url_for("inscription.search", draft_id=draft.id, number=number),
        last_before_number=number == len(draft.tabs) - 1,
    )


def _headings(draft: Draft, number: int) -> list[dict[str, Any]]:
    """The tabs as the navigation shows them; those already done can be opened."""
    return [
        {
            "number": heading.number,
            "title": heading.title,
            "state": "current" if heading.number == number else ("done" if heading.state == "done" else "todo"),
            "reachable": heading.number < number or heading.state == "done",
        }
        for heading in draft.tabs
    ]


def _errors(draft: Draft, number: int, refusal: DomainError | None) -> list[dict[str, str]]:
    """Each error with its field; those of a refused save lead to the tab where their field is."""
    if refusal is None:
        return []
    if tabs := refusal.extra.get("tabs"):
        return [_elsewhere(draft, tab, error) for tab in tabs for error in tab["errors"]]
    return [{"detail": error.detail, "pointer": error.pointer} for error in refusal.errors]


def _elsewhere(draft: Draft, tab: dict[str, Any], error: dict[str, str]) -> dict[str, str]:
    anchor = field_id(error_target(error) or "")
    url = url_for("inscription.show_tab", draft_id=draft.id, number=tab["number"], verifier="oui", _anchor=anchor)
    return {"detail": f"{tab['title']} : {error['detail']}", "url": url}


def _put_searches(tab: Tab, results: dict[str, Any], words: dict[str, str]) -> None:
    """Without the script, what was found is listed under the searched field; words stay where they were typed."""
    for field in tab.fields:
        if field["name"] in results:
            proposed = results[field["name"]]
            field |= {"results": proposed["options"], "advice": proposed["advice"]}
        if field["name"] in words:
            field["display"] = words[field["name"]]


def _put_typed(tab: Tab, values: Values) -> None:
    for field in tab.fields:
        if field["name"] in values and not field.get("disabled"):
            field["value"] = values[field["name"]]


def _token() -> str:
    return visitor.required().access_token


def _assertion() -> str:
    """Asked for once a request, for a refused tab is written, then shown again; what is only shown comes with who is
    logged in."""
    if "assertion" not in g:
        shown = visitor.required().identity if request.method in READS else None
        g.assertion = shown or services().accounts.identity(_token())
    found: str = g.assertion
    return found


def posted_values() -> Values:
    """What was typed into the tab, as it was typed."""
    return typed(request.form.to_dict(flat=False), leave=OURS)


def posted_revision() -> int:
    """Of the draft that the posted page shows."""
    return request.form.get("revision", default=-1, type=int)
