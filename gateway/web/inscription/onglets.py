"""The tabs of a draft: shown as registrations describes them, posted as typed (guide §5.1 to §5.8), and saved as they
are typed by the script `style/autosave.js`."""

from __future__ import annotations

from typing import Any

from flask import g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.components.fields import error_target, field_id
from gateway.pages import render_page
from gateway.posted_forms import WORDS_SUFFIX, Values, posted_values, shown_here
from gateway.seal import OWNER_FIELD
from gateway.service_clients import clients
from gateway.sessions import visitor
from gateway.web.inscription import blueprint
from gateway.web.inscription.refus import FINAL_REFUSALS, conflict_page, refusal_page
from gateway.web.inscription.tabs import form_fields, read_tab, store_tab
from services.chassis import clock
from services.chassis.errors import DomainError
from services.chassis.french import time_of_day
from services.chassis.http.client import READS
from services.chassis.web import problems
from services.contracts import problem_types
from services.contracts.api import drafts as api
from services.contracts.api.forms import Suggestions
from services.contracts.registration_rules import NEXT, PREVIOUS, STAY

NON_ANSWER_FIELDS = ("action", "revision", "rechercher", "choisir", "parcourir", "onglet", OWNER_FIELD)
BUTTONS_THAT_STAY = ("onglet", "rechercher", "choisir", "parcourir")
ACTIONS_THAT_MOVE = (NEXT, PREVIOUS)
SHOWN_BY_THE_PAGE = (404, 409, 422)


@blueprint.get("/inscription/<draft_id>/<int:number>")
@access.candidate
def show_tab(draft_id: str, number: int) -> ResponseReturnValue:
    tab = _tab(draft_id, number)
    if tab.draft.saved_candidature_id:
        return redirect(url_for("inscription.number", candidature_id=tab.draft.saved_candidature_id))
    return _tab_page(tab, verify="verifier" in request.args)


@blueprint.post("/inscription/<draft_id>/<int:number>")
@access.candidate
def write_tab(draft_id: str, number: int) -> ResponseReturnValue:
    """« Suivant », « Précédent », « Enregistrer », « Quitter », a search without the script, or the button of a tab."""
    pressed = request.form.get("action")
    if pressed == "save":
        return _save(draft_id, number)
    stays = any(name in request.form for name in BUTTONS_THAT_STAY) or pressed not in ACTIONS_THAT_MOVE
    action, values = STAY if stays else str(pressed), posted_answers() | _chosen_proposal()
    try:
        moved = store_tab(
            draft_id, number, revision=posted_revision(), values=values, action=action, assertion=_assertion()
        )
    except DomainError as refusal:
        return _show_refusal(draft_id, number, values, refusal)
    if searched := request.form.get("rechercher"):
        return _show_search_results(draft_id, number, searched, values)
    if "parcourir" in request.form:
        return redirect(url_for("inscription.specialites", draft_id=draft_id, number=number), code=303)
    if pressed == "quit":
        return redirect(url_for("inscription.list_mine"), code=303)
    goto = request.form.get("onglet", type=int) or moved.goto
    return redirect(url_for("inscription.show_tab", draft_id=draft_id, number=goto), code=303)


@blueprint.get("/inscription/<draft_id>/<int:number>/recherche")
@access.candidate
def search(draft_id: str, number: int) -> ResponseReturnValue:
    """Suggestions for a searched field: {"options": [{"value", "label", "hint"}], "advice"}."""
    field, words = request.args.get("field", ""), request.args.get("q", "")
    return jsonify(_search(draft_id, number, field, words))


def _save(draft_id: str, number: int) -> ResponseReturnValue:
    """« Enregistrer »: makes the draft a new version of a candidature."""
    try:
        body = {"revision": posted_revision(), "assertion": _assertion()}
        saved = clients().registrations.call(api.save_draft, visitor.access_token(), body=body, draft_id=draft_id)
    except DomainError as refusal:
        return _show_refusal(draft_id, number, {}, refusal)
    return redirect(url_for("inscription.number", candidature_id=saved.candidature_id), code=303)


def _show_refusal(draft_id: str, number: int, values: Values, refusal: DomainError) -> ResponseReturnValue:
    if refusal.slug == problem_types.DRAFT_CHANGED.slug and values:
        return conflict_page(draft_id, number, values, refusal, _assertion())
    if refusal.slug in FINAL_REFUSALS:
        tab = _tab(draft_id, number) if values else None
        return refusal_page(refusal, draft_id=draft_id, tab=tab, values=values)
    if refusal.http_status not in (403, 409, 422):
        raise refusal
    unsaved = values if refusal.http_status == 422 and "revision" not in refusal.extra else {}
    return _tab_page(_tab(draft_id, number), refusal=refusal, unsaved=unsaved, words=_words_without_choice(values))


def _show_search_results(draft_id: str, number: int, searched: str, values: Values) -> ResponseReturnValue:
    words = str(values.get(f"{searched}{WORDS_SUFFIX}", ""))
    suggestions = _search(draft_id, number, searched, words)
    words_left = _words_without_choice(values) | {searched: words}
    return _tab_page(_tab(draft_id, number), results={searched: suggestions}, words=words_left)


def _words_without_choice(values: Values) -> dict[str, str]:
    """By field name, the words typed into searches in which nothing is chosen yet."""
    posted_values = {
        name.removesuffix(WORDS_SUFFIX): str(text) for name, text in values.items() if name.endswith(WORDS_SUFFIX)
    }
    return {name: text for name, text in posted_values.items() if text and not values.get(name)}


def _chosen_proposal() -> Values:
    """The answer of a proposal's button (« etablissement=CNED »), which replaces the words typed there."""
    name, _, value = request.form.get("choisir", "").partition("=")
    return {name: value} if name and value else {}


def _search(draft_id: str, number: int, field: str, words: str) -> Suggestions:
    query = {"field": field, "q": words}
    return clients().registrations.call(
        api.search, visitor.access_token(), query=query, draft_id=draft_id, number=number
    )


def _tab(draft_id: str, number: int) -> api.Tab:
    return read_tab(draft_id, number, _assertion())


def _tab_page(
    tab: api.Tab,
    *,
    refusal: DomainError | None = None,
    results: dict[str, Suggestions] | None = None,
    words: dict[str, str] | None = None,
    verify: bool = False,
    unsaved: Values | None = None,
) -> ResponseReturnValue:
    """`verify` shows the errors that registrations finds in the tab (for links from a refused save); `unsaved` are
    typed values that the draft could not take."""
    draft, number = tab.draft, tab.number
    _add_search_results(tab, results or {}, words or {})
    _add_typed_values(tab, unsaved or {})
    return render_page(
        "inscription/templates/onglet.html",
        refusal=refusal,
        active="inscriptions" if draft.modified else "inscription",
        draft=draft,
        unsaved=bool(unsaved),
        tab=tab,
        tabs=_tab_headings(draft, number),
        errors=list(tab.errors) if verify else _errors(draft, number, refusal),
        search_url=url_for("inscription.search", draft_id=draft.id, number=number),
    )


def _tab_headings(draft: api.Draft, number: int) -> list[dict[str, Any]]:
    """The tabs as tabs_nav.html shows them; those already done can be opened."""
    return [
        {
            "number": heading.number,
            "title": heading.title,
            "state": "current" if heading.number == number else ("done" if heading.state == "done" else "todo"),
            "reachable": heading.number < number or heading.state == "done",
        }
        for heading in draft.tabs
    ]


def _errors(draft: api.Draft, number: int, refusal: DomainError | None) -> list[dict[str, str]]:
    """Each error with its field; those of a refused save link to the tab of their field."""
    if refusal is None:
        return []
    if tabs := refusal.extra.get("tabs"):
        return [_error_on_other_tab(draft, tab, error) for tab in tabs for error in tab["errors"]]
    return [{"detail": error.detail, "pointer": error.pointer} for error in refusal.errors]


def _error_on_other_tab(draft: api.Draft, tab: dict[str, Any], error: dict[str, str]) -> dict[str, str]:
    anchor = field_id(error_target(error) or "")
    url = url_for("inscription.show_tab", draft_id=draft.id, number=tab["number"], verifier="oui", _anchor=anchor)
    return {"detail": f"{tab['title']} : {error['detail']}", "url": url}


def _add_search_results(tab: api.Tab, results: dict[str, Suggestions], words: dict[str, str]) -> None:
    """For searches without the script: list the results under the field, which keeps the words typed."""
    for field in form_fields(tab):
        if field["name"] in results:
            suggestions = results[field["name"]]
            field |= {"results": suggestions.options, "advice": suggestions.advice}
        if field["name"] in words:
            field["display"] = words[field["name"]]


def _add_typed_values(tab: api.Tab, values: Values) -> None:
    for field in form_fields(tab):
        if field["name"] in values and not field.get("disabled"):
            field["value"] = values[field["name"]]


def _assertion() -> str:
    """The signed identity, fetched once per request, since a refused tab is written and then read. Only reading uses
    the one that the session's exchange returned."""
    if "assertion" not in g:
        session_assertion = visitor.required().identity if request.method in READS else None
        g.assertion = session_assertion or visitor.signed_identity(visitor.access_token())
    assertion: str = g.assertion
    return assertion


def posted_answers() -> Values:
    """The answers of the tab, as typed."""
    return posted_values(request.form.to_dict(flat=False), leave=NON_ANSWER_FIELDS)


def posted_revision() -> int:
    """The draft's revision that the posted page was made from."""
    return request.form.get("revision", default=-1, type=int)


@blueprint.post("/inscription/<draft_id>/<int:number>/saisie")
@access.candidate
def autosave(draft_id: str, number: int) -> ResponseReturnValue:
    """{"revision", "at"}: the draft's new revision and the time in Paris; or the problem that the page shows."""
    try:
        result = store_tab(draft_id, number, revision=posted_revision(), values=posted_answers(), action=STAY)
    except DomainError as refusal:
        return problems.of_domain_error(shown_here(refusal, SHOWN_BY_THE_PAGE))
    answer = jsonify(revision=result.revision, at=time_of_day(clock.portal_now()))
    answer.headers["Cache-Control"] = "no-store"
    return answer
