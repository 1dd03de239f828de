"""The tabs of a draft: shown as registrations describes them, posted as typed (guide §5.1 to §5.8),
and saved as they are typed by the script `style/autosave.js`."""

from typing import Any

from flask import g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.components.fields import error_target, field_id
from gateway.pages import render_page
from gateway.posted_forms import BUTTONS_THAT_STAY, WORDS_SUFFIX, Values, posted_answers, shown_here
from gateway.sessions import SessionOwner, visitor
from gateway.web.inscription import blueprint
from gateway.web.inscription.refus import FINAL_REFUSALS, conflict_page, form_fields, refusal_page
from services import clock
from services.chassis.errors import DomainError
from services.chassis.web import problems
from services.contracts import problem_types
from services.contracts.api import drafts as api
from services.contracts.api.forms import Suggestions
from services.contracts.registration_rules import NEXT, PREVIOUS, STAY
from services.french import time_of_day

ACTIONS_THAT_MOVE = (NEXT, PREVIOUS)
SHOWN_BY_THE_PAGE = (404, 409, 422)


@blueprint.get("/inscription/<draft_id>/<int:number>", who=access.CANDIDATE)
def show_tab(draft_id: str, number: int) -> ResponseReturnValue:
    pages = TabPages(draft_id)
    tab = pages.read(number)
    if tab.draft.saved_candidature_id:
        return redirect(
            url_for("inscription.number", candidature_id=tab.draft.saved_candidature_id)
        )
    return pages.show(tab, verify="verifier" in request.args)


@blueprint.post("/inscription/<draft_id>/<int:number>", who=access.CANDIDATE)
def write_tab(draft_id: str, number: int) -> ResponseReturnValue:
    return TabPages(draft_id).write(number)


@blueprint.get("/inscription/<draft_id>/<int:number>/recherche", who=access.CANDIDATE)
def search(draft_id: str, number: int) -> ResponseReturnValue:
    return jsonify(
        TabPages(draft_id).search(number, request.args.get("field", ""), request.args.get("q", ""))
    )


class TabPages:
    """The pages of a draft's tabs: a candidate's here, a correction by staff in
    `gestion/correction.py`. They are told apart by the number that ends their addresses."""

    person: SessionOwner = visitor
    template = "inscription/templates/onglet.html"
    final_refusals: tuple[str, ...] = FINAL_REFUSALS

    def __init__(self, draft_id: str) -> None:
        self.draft_id = draft_id

    def identity(self) -> str | None:
        """The signed identity, as old as the session's exchange at most: a few seconds. It is
        fetched where accounts gave none with it."""
        if "assertion" not in g:
            g.assertion = visitor.required().identity or visitor.signed_identity()
        assertion: str = g.assertion
        return assertion

    def save(self) -> str:
        """« Enregistrer »: makes the draft a new version, of the identity of this moment; the page
        to go to."""
        body = {"revision": posted_revision(), "assertion": visitor.signed_identity()}
        saved = self.person.call(api.save_draft(self.draft_id, body=body))
        return url_for("inscription.number", candidature_id=saved.candidature_id)

    def written_besides(self) -> dict[str, str]:
        """What a tab is written with, besides its answers."""
        return {}

    def way_out(self) -> str:
        return url_for("inscription.list_mine")

    def context(self, tab: api.Tab) -> dict[str, Any]:
        """What the template shows besides."""
        return {"active": "inscriptions" if tab.draft.modified else "inscription"}

    def read(self, number: int) -> api.Tab:
        assertion = self.identity()
        headers = {"X-Identity": assertion} if assertion else {}
        return self.person.call(api.read_tab(self.draft_id, number, headers=headers))

    def store(self, number: int, values: Values, action: str, assertion: str | None) -> api.Going:
        """`action` is one of TAB_ACTIONS. A refusal with status 422 has kept the values and says
        the new revision. Without `assertion` the draft keeps the identity that it has."""
        headers = {"X-Identity": assertion} if assertion else {}
        body = {
            "revision": posted_revision(),
            "values": values,
            "action": action,
            **self.written_besides(),
        }
        writing = api.write_tab(self.draft_id, number, headers=headers, body=body)
        return self.person.call(writing)

    def search(self, number: int, field: str, words: str) -> Suggestions:
        """Suggestions for a searched field: {"options": [{"value", "label", "hint"}], "advice"}."""
        query = {"field": field, "q": words}
        return self.person.call(api.search(self.draft_id, number, query=query))

    def write(self, number: int) -> ResponseReturnValue:
        """« Suivant », « Précédent », « Enregistrer », « Quitter », a search without the script, or
        a tab's button."""
        pressed = request.form.get("action")
        stays = (
            any(name in request.form for name in BUTTONS_THAT_STAY)
            or pressed not in ACTIONS_THAT_MOVE
        )
        action = STAY if stays else str(pressed)
        values = posted_answers() | _chosen_proposal()
        try:
            if pressed == "save":
                return redirect(self.save(), code=303)
            moved = self.store(number, values, action, self.identity())
        except DomainError as refusal:
            return self._show_refusal(number, {} if pressed == "save" else values, refusal)
        if searched := request.form.get("rechercher"):
            return self._show_search_results(number, searched, values)
        if "parcourir" in request.form:
            return redirect(
                url_for("inscription.specialites", draft_id=self.draft_id, number=number), code=303
            )
        if pressed == "quit":
            return redirect(self.way_out(), code=303)
        if wrong := request.form.get("corriger", type=int):
            return redirect(tab_url(wrong, verifier="oui"), code=303)
        return redirect(tab_url(request.form.get("onglet", type=int) or moved.goto), code=303)

    def _show_refusal(
        self, number: int, values: Values, refusal: DomainError
    ) -> ResponseReturnValue:
        if refusal.slug == problem_types.DRAFT_CHANGED.slug and values:
            tab = self.read(number)
            return conflict_page(tab, values, refusal, **self.context(tab))
        if refusal.slug in self.final_refusals:
            typed_in = self.read(number) if values else None
            return refusal_page(refusal, draft_id=self.draft_id, tab=typed_in, values=values)
        if refusal.http_status not in (403, 409, 422):
            raise refusal
        unsaved = values if refusal.http_status == 422 and "revision" not in refusal.extra else {}
        tab = self.read(number)
        for field in form_fields(tab):
            if field["name"] in unsaved and not field.get("disabled"):
                field["value"] = unsaved[field["name"]]
        _show_words(tab, values)
        return self.show(tab, refusal=refusal, unsaved=bool(unsaved))

    def _show_search_results(
        self, number: int, searched: str, values: Values
    ) -> ResponseReturnValue:
        """For searches without the script: the results under the field, which keeps the words
        typed."""
        words = str(values.get(f"{searched}{WORDS_SUFFIX}", ""))
        suggestions = self.search(number, searched, words)
        tab = self.read(number)
        _show_words(tab, values)
        for field in form_fields(tab):
            if field["name"] == searched:
                field |= {
                    "results": suggestions.options,
                    "advice": suggestions.advice,
                    "display": words,
                }
        return self.show(tab)

    def show(
        self,
        tab: api.Tab,
        verify: bool = False,
        *,
        refusal: DomainError | None = None,
        unsaved: bool = False,
    ) -> ResponseReturnValue:
        """`verify` shows the errors that registrations finds in the tab (for links from a refused
        save); `unsaved`: it holds typed values that the draft could not take."""
        return render_page(
            self.template,
            refusal=refusal,
            draft=tab.draft,
            unsaved=unsaved,
            tab=tab,
            tabs=_tab_headings(tab.draft, tab.number),
            errors=list(tab.errors) if verify else _errors(refusal),
            search_url=f"{request.path}/recherche",
            **self.context(tab),
        )


def tab_url(number: int, **more: str) -> str:
    """Of another tab of the draft whose tab is asked for."""
    return url_for(str(request.endpoint), **{**(request.view_args or {}), "number": number, **more})


def _show_words(tab: api.Tab, values: Values) -> None:
    """The words typed into searches in which nothing is chosen yet."""
    for field in form_fields(tab):
        words = values.get(f"{field['name']}{WORDS_SUFFIX}")
        if words and not values.get(field["name"]):
            field["display"] = str(words)


def _chosen_proposal() -> Values:
    """The answer of a proposal's button (« etablissement=CNED »), which replaces the words typed
    there."""
    name, _, value = request.form.get("choisir", "").partition("=")
    return {name: value} if name and value else {}


def _tab_headings(draft: api.Draft, number: int) -> list[dict[str, Any]]:
    """The tabs as tabs_nav.html shows them; those already done can be opened."""
    return [
        {
            "number": heading.number,
            "title": heading.title,
            "state": "current"
            if heading.number == number
            else ("done" if heading.state == "done" else "todo"),
            "reachable": heading.number < number or heading.state == "done",
        }
        for heading in draft.tabs
    ]


def _errors(refusal: DomainError | None) -> list[dict[str, Any]]:
    """Each error with its field; those of a refused save link to the tab of their field."""
    if refusal is None:
        return []
    if tabs := refusal.extra.get("tabs"):
        return [_error_on_other_tab(tab, error) for tab in tabs for error in tab["errors"]]
    return [{"detail": error.detail, "pointer": error.pointer} for error in refusal.errors]


def _error_on_other_tab(tab: dict[str, Any], error: dict[str, str]) -> dict[str, Any]:
    url = tab_url(tab["number"], verifier="oui", _anchor=field_id(error_target(error) or ""))
    return {"detail": f"{tab['title']} : {error['detail']}", "url": url, "tab": tab["number"]}


def posted_revision() -> int:
    """The draft's revision that the posted page was made from."""
    return request.form.get("revision", default=-1, type=int)


@blueprint.post("/inscription/<draft_id>/<int:number>/saisie", who=access.CANDIDATE)
def autosave(draft_id: str, number: int) -> ResponseReturnValue:
    """{"revision", "at"}: the draft's new revision and the time in Paris; or the problem that the
    page shows."""
    try:
        result = TabPages(draft_id).store(number, posted_answers(), STAY, None)
    except DomainError as refusal:
        return problems.of_domain_error(shown_here(refusal, SHOWN_BY_THE_PAGE))
    answer = jsonify(revision=result.revision, at=time_of_day(clock.portal_now()))
    answer.headers["Cache-Control"] = "no-store"
    return answer
