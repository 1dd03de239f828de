"""« Candidatures »: browsed by what they are for and what they are at, found by name, number, mail
address or birth date; taken out as CSV.

A search is posted, and encrypted in the address that it leads to. Other filters stand there as they
are, and a member of staff saves them under a name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.posted_forms import posted_text, shown_errors, shown_here
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.compte import OWN_ACCOUNT, own_account
from gateway.web.gestion.lists import (
    SEARCH,
    academie_options,
    address_query,
    counted_options,
    filters_of_address,
    filters_query,
    personal_filters,
    read_list,
    render_list,
    typed_filters,
)
from services.chassis.errors import DomainError, Invalid, NotFound
from services.contracts.api import own_staff_account
from services.contracts.api import staff_candidatures as api
from services.contracts.api.operation import Operation
from services.contracts.piece_rules import PIECES_STATE_LABELS
from services.contracts.registration_rules import (
    BY_NAME,
    CANDIDATURE_STATE_LABELS,
    VALIDATION_LABELS,
)
from services.french import alphabetical

SHORTEST_SEARCH = 2  # characters
OF_OPENINGS = ("exam", "session", "academie")
OF_CONFIRMATIONS = ("specialite", "categorie", "etablissement")
LIST = "gestion.browse_candidatures"
CANDIDATURE = "candidature_id"
KEPT = (*(field.name for field in api.CANDIDATURES.page_fields.values()), SEARCH, "cursor")
DONE_SENTENCES = {
    "enregistrement": "Les filtres sont enregistrés.",
    "suppression": "Les filtres sont supprimés.",
}
Errors = Sequence[dict[str, str]]


@blueprint.url_defaults
def keep_filters(endpoint: str, values: dict[str, Any]) -> None:
    """Of the list, in the addresses of a candidature's pages and on the way back from them."""
    is_of_one = CANDIDATURE in (request.view_args or {})
    leads_to_one = CANDIDATURE in values and (is_of_one or request.endpoint == LIST)
    if leads_to_one or (is_of_one and endpoint == LIST):
        values.update({name: request.args[name] for name in KEPT if name in request.args})


@blueprint.get("/candidatures", who=access.staff("candidatures:read"))
def browse_candidatures() -> ResponseReturnValue:
    try:
        typed = filters_of_address(api.CANDIDATURES)
    except Invalid as refusal:
        return _list_page({}, errors=_of_search(refusal.detail))
    too_short = len(typed.get("recherche", "??")) < SHORTEST_SEARCH  # it would find everybody
    errors = _of_search(f"Saisissez au moins {SHORTEST_SEARCH} caractères.") if too_short else ()
    return _list_page(typed, request.args.get("cursor"), errors=errors)


def _of_search(detail: str) -> Errors:
    return ({"pointer": "#/recherche", "detail": detail},)


@blueprint.post("/candidatures", who=access.staff("candidatures:read"))
def search_candidatures() -> ResponseReturnValue:
    """Leads to the list whose filters were posted."""
    query = address_query(api.CANDIDATURES, typed_filters(api.CANDIDATURES, request.form))
    return redirect(f"{url_for('gestion.browse_candidatures')}?{query}#candidatures", code=303)


@blueprint.post("/candidatures/filtres", who=access.staff(OWN_ACCOUNT))
def save_filters() -> ResponseReturnValue:
    """Those of the address, under the name that is posted; or deletes those of that name."""
    typed = filters_of_address(api.CANDIDATURES)
    done = posted_text("acte")
    query = address_query(api.CANDIDATURES, typed)
    if done != "suppression" and (not typed or personal_filters(api.CANDIDATURES, typed)):
        raise NotFound()
    sent = {"name": posted_text("name"), "query": "" if done == "suppression" else query}
    try:
        staff_member.call(own_staff_account.save_filters(body=sent))
    except DomainError as refusal:
        return _list_page(
            typed, refused_name=sent["name"], errors=shown_errors(shown_here(refusal, (422,)))
        )
    return redirect(
        f"{url_for('gestion.browse_candidatures')}?{query}&{urlencode({'fait': done})}", code=303
    )


@blueprint.get("/candidatures.csv", who=access.staff("candidatures:read"))
def export_candidatures() -> ResponseReturnValue:
    """All candidatures of the gestionnaire's académies, or of the one that an administrateur
    chose."""
    return _export(api.export_candidatures)


@blueprint.get("/epreuves.csv", who=access.staff("candidatures:read"))
def export_epreuves() -> ResponseReturnValue:
    """One line for each active candidate and épreuve of the same académies."""
    return _export(api.export_epreuves)


def _export(operation: Operation[bytes]) -> Response:
    """Of the list that the address's filters give, of one académie, or of all that the member of
    staff sees."""
    query = filters_query(api.CANDIDATURES, filters_of_address(api.CANDIDATURES))
    query.pop("order", None)
    if academie := posted_text("export_academie", request.args)[:8]:
        query["academie"] = academie
    return staff_member.stream(operation(query=query))


def _list_page(
    typed: Mapping[str, str],
    cursor: str | None = None,
    *,
    errors: Errors = (),
    refused_name: str | None = None,
) -> Response:
    """With `errors` nothing is searched, unless they are of the name under which filters were to be
    saved."""
    query = filters_query(api.CANDIDATURES, typed)
    pages = {"order": query.pop("order", BY_NAME), **query, "cursor": cursor or None}
    read = partial(staff_member.call, api.list_candidatures(query=pages))
    page = (
        None if errors and refused_name is None else read_list(api.CANDIDATURES, typed, read, None)
    )
    academies = academie_options()
    account = optional_answer(own_account, None)
    is_found = page is not None and bool(page.candidatures)
    counted = query
    if not is_found:  # filters offer what the openings have
        counted = {name: query[name] for name in OF_OPENINGS if name in query}
    count = partial(staff_member.call, api.count_candidatures(query=counted))
    counts = optional_answer(
        count, None
    )  # asked last: while it waits, the others have no time left
    if counts and not is_found:
        counts = replace(counts, is_complete=False)
    saved = (
        sorted(account.saved_filters.items(), key=lambda pair: alphabetical(pair[0]))
        if account
        else None
    )
    labels = {
        **{
            name: _without_codes(counts.filters.get(name, ()) if counts else ())
            for name in OF_CONFIRMATIONS
        },
        "academie": {academie["value"]: academie["label"] for academie in academies},
        "state": CANDIDATURE_STATE_LABELS,
        "pieces_state": PIECES_STATE_LABELS,
    }
    options = counted_options(api.CANDIDATURES, typed, counts, labels)
    options["validation"] = [
        {"value": value, "label": label} for value, label in VALIDATION_LABELS.items()
    ]
    return render_list(
        "gestion/templates/candidatures.html",
        api.CANDIDATURES,
        typed,
        options if academies else {**options, "academie": []},
        errors=errors,
        page=page,
        counts=counts,
        is_personal=bool(personal_filters(api.CANDIDATURES, typed)),
        academies=academies,
        saved=saved,
        refused_name=refused_name,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


def _without_codes(values: Iterable[str]) -> dict[str, str]:
    """As the list says what confirmations print with its code, « Banque - conseiller de clientèle
    (31310) »; two of one name keep theirs."""
    names = {value: re.sub(r" \([^()]*\)$", "", value) for value in values}
    numbers = Counter(names.values())
    return {value: name if numbers[name] == 1 else value for value, name in names.items()}
