"""« Candidatures »: browsed by what they are for and what they are at, found by name, number, mail address or birth
date; taken out as CSV.

A search is posted: no name, number or date stands in an address, nor in a log of one. Other filters stand there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.clients.file_streaming import streamed_response
from gateway.posted_forms import posted_text
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import (
    addressed_filters,
    counted_options,
    filters_query,
    read_list,
    render_list,
    typed_filters,
)
from gateway.web.gestion.names_from_accounts import academie_options
from services.contracts.api import staff_candidatures as api
from services.contracts.api.operation import Operation
from services.contracts.api.staff_lists import ORDER
from services.contracts.piece_rules import PIECES_STATE_LABELS
from services.contracts.registration_rules import BY_NAME, CANDIDATURE_STATE_LABELS

SHORTEST_SEARCH = 2  # characters


@blueprint.get("/candidatures")
@access.staff("candidatures:read")
def browse_candidatures() -> ResponseReturnValue:
    typed = typed_filters(api.CANDIDATURES, request.args)
    return _list_page(addressed_filters(api.CANDIDATURES, typed) or {}, request.args.get("cursor"))


@blueprint.post("/candidatures")
@access.staff("candidatures:read")
def search_candidatures() -> ResponseReturnValue:
    """Leads to the list whose filters were posted; shows it here where they tell of a person."""
    typed = typed_filters(api.CANDIDATURES, request.form)
    if (filters := addressed_filters(api.CANDIDATURES, typed)) is not None:
        return redirect(f"{url_for('gestion.browse_candidatures')}?{urlencode(filters)}#candidatures", code=303)
    if len(typed.get("recherche", "??")) < SHORTEST_SEARCH:  # it would find everybody
        detail = f"Saisissez au moins {SHORTEST_SEARCH} caractères."
        return _list_page(typed, errors=({"pointer": "#/recherche", "detail": detail},))
    return _list_page(typed, request.form.get("cursor"))


@blueprint.get("/candidatures.csv")
@access.staff("candidatures:read")
def export_candidatures() -> ResponseReturnValue:
    """All candidatures of the gestionnaire's académies, or of the one that an administrateur chose."""
    return _export(api.export_candidatures)


@blueprint.get("/epreuves.csv")
@access.staff("candidatures:read")
def export_epreuves() -> ResponseReturnValue:
    """One line for each active candidate and épreuve of the same académies."""
    return _export(api.export_epreuves)


def _export(operation: Operation[bytes]) -> Response:
    """Of the list that the address's filters give, of one académie, or of all that the member of staff sees."""
    typed = addressed_filters(api.CANDIDATURES, typed_filters(api.CANDIDATURES, request.args)) or {}
    query = filters_query(api.CANDIDATURES, {name: value for name, value in typed.items() if name != ORDER.name})
    if academie := posted_text("export_academie", request.args)[:8]:
        query["academie"] = academie
    return streamed_response(clients().staff_registrations.stream(operation, staff_member.access_token(), query=query))


def _list_page(
    typed: Mapping[str, str], cursor: str | None = None, *, errors: tuple[dict[str, str], ...] = ()
) -> Response:
    """With `errors` nothing is asked for."""
    token, query = staff_member.access_token(), filters_query(api.CANDIDATURES, typed)
    order = query.pop("order", BY_NAME)

    def read() -> api.Found:
        pages = {**query, "order": order, "cursor": cursor or None}
        return clients().staff_registrations.call(api.list_candidatures, token, query=pages)

    page = None if errors else read_list(api.CANDIDATURES, typed, read, None)
    count = partial(clients().staff_registrations.call, api.count_candidatures, token, query=query)
    counts = optional_answer(count, None) if page else None
    academies = academie_options()
    labels = {
        "academie": {academie["value"]: academie["label"] for academie in academies},
        "state": CANDIDATURE_STATE_LABELS,
        "pieces_state": PIECES_STATE_LABELS,
    }
    options = counted_options(api.CANDIDATURES, typed, counts, labels)
    return render_list(
        "gestion/templates/candidatures.html",
        api.CANDIDATURES,
        typed,
        options if academies else {**options, "academie": []},
        errors=errors,
        page=page,
        counts=counts,
        is_addressed=addressed_filters(api.CANDIDATURES, typed) is not None,
        academies=academies,
    )
