"""« Candidatures »: found by name, number, mail address or birth date; taken out as CSV.

A search is posted: no name, number or date stands in an address, nor in a log of one.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.file_streaming import streamed_response
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_errors
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.names_from_accounts import academie_options
from gateway.web.gestion.typed_instants import DAY_EXPECTED, read_day
from services.chassis.errors import FieldError, Invalid
from services.contracts.api import staff_candidatures as api
from services.contracts.api.operation import Operation
from services.contracts.registration_codes import BY_NAME

ACTIVE_MENU_KEY = "candidatures"
STATE_LABELS = {"active": "Active", "withdrawn": "Désinscrite", "ecartee": "Écartée"}
SHORTEST_SEARCH = 2  # characters
SEARCH_FIELDS = ("recherche", "naissance", "academie")


@blueprint.get("/candidatures")
@access.staff("candidatures:read")
def ask_search() -> ResponseReturnValue:
    return _search_page(dict.fromkeys(SEARCH_FIELDS, ""))


@blueprint.post("/candidatures")
@access.staff("candidatures:read")
def search_candidatures() -> ResponseReturnValue:
    typed = {name: posted_text(name)[:100] for name in SEARCH_FIELDS}
    try:
        filters = _filters(typed)
    except Invalid as refusal:
        return _search_page(typed, refusal=refusal)
    page = clients().staff_registrations.call(api.list_candidatures, staff_member.access_token(), query=filters)
    return _search_page(typed, page=page)


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


def _filters(typed: Mapping[str, str]) -> dict[str, str]:
    """By the names of the API. Raises Invalid for a search that would find everybody, or a date that is none."""
    born = read_day(typed["naissance"])
    if typed["naissance"] and born is None:
        raise Invalid(errors=(FieldError("#/naissance", DAY_EXPECTED),))
    if len(typed["recherche"]) < SHORTEST_SEARCH and (typed["recherche"] or born is None):
        detail = f"Saisissez au moins {SHORTEST_SEARCH} caractères, ou seulement une date de naissance."
        raise Invalid(errors=(FieldError("#/recherche", detail),))
    filters = {
        "text": typed["recherche"],
        "birth_date": born.isoformat() if born else "",
        "academie": typed["academie"],
        "cursor": request.form.get("cursor", ""),
        "order": BY_NAME,
    }
    return {name: value for name, value in filters.items() if value}


def _search_page(
    typed: Mapping[str, str], *, page: api.Found | None = None, refusal: Invalid | None = None
) -> Response:
    return render_page(
        "gestion/templates/candidatures.html",
        status=refusal.http_status if refusal else 200,
        active=ACTIVE_MENU_KEY,
        typed=typed,
        page=page,
        errors=shown_errors(refusal),
        academies=academie_options(),
        state_labels=STATE_LABELS,
    )
