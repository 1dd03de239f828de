"""« Relances »: candidatures with pieces to deposit or to validate, by filters in the address; a reminder for those
selected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import filters_query, read_list, render_list, typed_filters
from gateway.web.gestion.names_from_accounts import academie_options
from services.chassis.errors import Invalid
from services.contracts.api import missing_pieces as api
from services.contracts.api.missing_pieces import MissingPieces, ReminderResult
from services.contracts.piece_rules import ReminderOutcome

CANDIDATURES_OF_A_PAGE = 50
"""So many can be reminded at once."""
OUTCOME_SENTENCES = {
    "nothing_missing": "il ne reste rien à faire, ou le dépôt est fermé",
    "already_reminded_today": "déjà relancée aujourd'hui",
    "not_found": "introuvable dans vos académies",
}
_VALUE = re.compile(r"(?P<id>[0-9a-f]{32}) (?P<number>[0-9A-Za-z]{1,32})")


@blueprint.get("/relances")
@access.staff("pieces:read")
def list_incomplete() -> ResponseReturnValue:
    member, shown = staff_member.required(), typed_filters(api.MISSING_PIECES, request.args)
    api_filters = {**_api_filters(shown), "limit": str(CANDIDATURES_OF_A_PAGE)}
    if cursor := request.args.get("cursor"):
        api_filters["cursor"] = cursor
    page = read_list(
        api.MISSING_PIECES,
        shown,
        lambda: clients().staff_pieces.call(api.list_missing_pieces, member.access_token, query=api_filters),
        MissingPieces(items=(), next_cursor=None, sessions=()),
    )
    return render_list(
        "gestion/templates/relances.html",
        api.MISSING_PIECES,
        shown,
        {
            "academie": academie_options(),
            "session": [{"value": f"{item.exam}/{item.session}", "label": item.label} for item in page.sessions],
        },
        items=page.items,
        can_remind="pieces:control" in member.scopes,
        is_first_page=not cursor,
        next_query=urlencode({**shown, "cursor": page.next_cursor}) if page.next_cursor else None,
        regroupement_label=_regroupement_label(page, shown),
    )


@blueprint.post("/relances")
@access.staff("pieces:control")
def remind_selection() -> ResponseReturnValue:
    selected = [_VALUE.fullmatch(value) for value in request.form.getlist("selection")]
    if None in selected or len(selected) > CANDIDATURES_OF_A_PAGE:
        raise Invalid("Revenez à la liste, puis sélectionnez des candidatures.")
    numbers = {match["id"]: match["number"] for match in selected if match}
    results = _reminded(list(numbers)) if numbers else ()
    outcomes = Counter(result.outcome for result in results)
    return render_page(
        "gestion/templates/relances_envoyees.html",
        sent=outcomes[ReminderOutcome.SENT],
        not_sent=[result for result in results if result.outcome != ReminderOutcome.SENT],
        numbers=numbers,
        sentences=OUTCOME_SENTENCES,
        query=posted_text("filtres"),
    )


def _reminded(candidatures: list[str]) -> tuple[ReminderResult, ...]:
    token = staff_member.access_token()
    return clients().staff_pieces.call(api.remind, token, body={"candidatures": candidatures}).results


def _api_filters(shown: Mapping[str, str]) -> dict[str, str]:
    """By the names of the API. A session of the page is « BTS/2022 »: its exam and its name."""
    exam, _, name = shown.get("session", "").partition("/")
    session = {"exam": exam, "session": name}
    filters = {**filters_query(api.MISSING_PIECES, shown), **session}
    return {name: text for name, text in filters.items() if text}


def _regroupement_label(page: MissingPieces, shown: Mapping[str, str]) -> str | None:
    """Of the regroupement in the filters, as its candidatures name it; else its code."""
    code = shown.get("regroupement")
    parts = (part.regroupement for item in page.items for part in item.missing)
    return next((part.label for part in parts if part.code == code), code)
