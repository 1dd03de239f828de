"""« Candidatures »: found by name or number; one with what was declared, and what changed from version to version.

A search is posted: no name stands in an address, nor in a log of one.
"""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access, staff_member
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.web.gestion import blueprint

ACTIVE_MENU_KEY = "candidatures"
STATE_LABELS = {"active": "Active", "withdrawn": "Désinscrite", "ecartee": "Écartée"}
SHORTEST_SEARCH = 2  # characters


@blueprint.get("/candidatures")
@access.staff("candidatures:read")
def ask_search() -> ResponseReturnValue:
    return render_page("gestion/templates/candidatures.html", active=ACTIVE_MENU_KEY, text="", page=None)


@blueprint.post("/candidatures")
@access.staff("candidatures:read")
def search_candidatures() -> ResponseReturnValue:
    text = request.form.get("recherche", "").replace("\x00", "").strip()[:100]
    is_long_enough = len(text) >= SHORTEST_SEARCH
    cursor = request.form.get("cursor")
    filters = {"text": text, **({"cursor": cursor} if cursor else {})}
    return render_page(
        "gestion/templates/candidatures.html",
        active=ACTIVE_MENU_KEY,
        text=text,
        page=clients().staff_candidatures.candidatures(_token(), filters) if is_long_enough else None,
        too_short=not is_long_enough,
        state_labels=STATE_LABELS,
    )


@blueprint.get("/candidatures/<candidature_id>")
@access.staff("candidatures:read")
def show_candidature(candidature_id: str) -> ResponseReturnValue:
    return render_page(
        "gestion/templates/candidature.html",
        active=ACTIVE_MENU_KEY,
        candidature=clients().staff_candidatures.candidature(_token(), candidature_id),
        state_labels=STATE_LABELS,
    )


def _token() -> str:
    return staff_member.required().access_token
