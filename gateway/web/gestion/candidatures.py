"""« Candidatures »: found by name, number, mail address or birth date; taken out as CSV.

A search is posted: no name, number or date stands in an address, nor in a log of one.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.file_streaming import streamed_response
from gateway.posted_forms import posted_text
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import filters_query, read_list, render_list, typed_filters
from gateway.web.gestion.names_from_accounts import academie_options
from services.contracts.api import staff_candidatures as api
from services.contracts.api.operation import Operation
from services.contracts.registration_rules import BY_NAME

SHORTEST_SEARCH = 2  # characters


@blueprint.get("/candidatures")
@access.staff("candidatures:read")
def ask_search() -> ResponseReturnValue:
    return _search_page({})


@blueprint.post("/candidatures")
@access.staff("candidatures:read")
def search_candidatures() -> ResponseReturnValue:
    typed = typed_filters(api.CANDIDATURES, request.form)
    text = typed.get("recherche", "")
    alone = {field.name: field.alone for field in api.CANDIDATURES.page_fields.values() if field.alone}
    if len(text) < SHORTEST_SEARCH and (text or alone.keys().isdisjoint(typed)):  # it would find everybody
        detail = f"Saisissez au moins {SHORTEST_SEARCH} caractères, ou seulement {' ou '.join(alone.values())}."
        return _search_page(typed, errors=({"pointer": "#/recherche", "detail": detail},))
    return _search_page(typed, page=read_list(api.CANDIDATURES, typed, lambda: _found(typed), None))


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
    """Of one académie, or of all that the member of staff sees."""
    query = {"academie": posted_text("export_academie", request.args)[:8] or None}
    return streamed_response(clients().staff_registrations.stream(operation, staff_member.access_token(), query=query))


def _found(typed: Mapping[str, str]) -> api.Found:
    query = {**filters_query(api.CANDIDATURES, typed), "order": BY_NAME, "cursor": request.form.get("cursor") or None}
    return clients().staff_registrations.call(api.list_candidatures, staff_member.access_token(), query=query)


def _search_page(
    typed: Mapping[str, str], *, page: api.Found | None = None, errors: tuple[dict[str, str], ...] = ()
) -> Response:
    academies = academie_options()
    return render_list(
        "gestion/templates/candidatures.html",
        api.CANDIDATURES,
        typed,
        {"academie": academies},
        errors=errors,
        page=page,
        academies=academies,
    )
