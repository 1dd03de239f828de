"""« Relances »: candidatures with pieces to deposit or to validate, by filters in the address, what
tells of a person encrypted; a reminder for those selected, or for the whole list."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import posted_text
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import (
    academie_options,
    address_query,
    filters_of_address,
    filters_query,
    render_list,
    typed_filters,
)
from gateway.web.gestion.pieces import first_piece
from services.chassis.errors import Invalid
from services.contracts.api import missing_pieces as api
from services.contracts.api.missing_pieces import MissingPieces
from services.contracts.api.staff_candidatures import count_candidatures, list_candidatures
from services.contracts.piece_rules import ReminderOutcome
from services.contracts.registration_rules import ACTIVE
from services.french import alphabetical

CANDIDATURES_OF_A_PAGE = 50
"""So many can be reminded at once."""
OUTCOME_SENTENCES = {
    "nothing_missing": "il ne reste rien à faire, ou le dépôt est fermé",
    "already_reminded_today": "déjà relancée aujourd'hui",
    "not_found": "introuvable dans vos académies",
}
MOST_FOUND = 50
"""Candidatures that a search may find."""
TOO_MANY_FOUND = (
    f"Plus de {MOST_FOUND} candidatures répondent à cette recherche : précisez-la, ou choisissez "
    "une session."
)
SEARCHED = ("exam", "session", "academie", "specialite")
NOBODY = "personne"
"""In the place of the ids that a search finds, which no id is."""
BEGUN = "lancee"
NOTHING_LISTED = MissingPieces(items=(), next_cursor=None, sessions=())
_VALUE = re.compile(r"(?P<id>[0-9a-f]{32}) (?P<number>[0-9A-Za-z]{1,32})")


@blueprint.get("/relances", who=access.staff("pieces:read"))
def list_incomplete() -> ResponseReturnValue:
    shown = dict[str, str]()
    cursor = request.args.get("cursor")
    errors = []
    try:
        shown = filters_of_address(api.MISSING_PIECES)
        query = _api_filters(shown)
    except Invalid as refusal:
        errors = [{"pointer": "#/recherche", "detail": refusal.detail}]
        query = _api_filters({**shown, "recherche": ""})
    sent = {**query, "limit": str(CANDIDATURES_OF_A_PAGE), "cursor": cursor or None}
    page = staff_member.call(api.list_missing_pieces(query=sent))
    if errors:
        page = replace(page, items=(), next_cursor=None)
    in_address = partial(address_query, api.MISSING_PIECES, shown)
    return render_list(
        "gestion/templates/relances.html",
        api.MISSING_PIECES,
        shown,
        {
            "academie": academie_options(),
            "session": _sessions(page),
            "specialite": _specialites(query),
            "regroupement": _regroupements(page, query),
        },
        errors=errors,
        items=page.items,
        is_first_page=not cursor,
        in_address=in_address,
        next_query=in_address(cursor=page.next_cursor) if page.next_cursor else None,
    )


@blueprint.post("/relances/recherche", who=access.staff("pieces:read"))
def search_incomplete() -> ResponseReturnValue:
    """Leads to the list whose filters were posted."""
    query = address_query(api.MISSING_PIECES, typed_filters(api.MISSING_PIECES, request.form))
    return redirect(f"{url_for('gestion.list_incomplete')}?{query}", code=303)


def _specialites(query: Mapping[str, str]) -> list[dict[str, str]]:
    """Of the candidatures of that session, as registrations counts them; and the one that is
    chosen."""
    of_session = {name: query[name] for name in ("exam", "session", "academie") if name in query}
    counts = optional_answer(partial(staff_member.call, count_candidatures(query=of_session)), None)
    known = {
        *(counts.filters.get("specialite", ()) if counts else ()),
        *filter(None, [query.get("specialite")]),
    }
    return [{"value": label, "label": label} for label in sorted(known, key=alphabetical)]


def _sessions(page: MissingPieces) -> list[dict[str, str]]:
    return [{"value": f"{item.exam}/{item.session}", "label": item.label} for item in page.sessions]


def _regroupements(page: MissingPieces, query: Mapping[str, str]) -> list[dict[str, str]]:
    """Of what is missing on this page, and on the first one without that filter; and the one that
    is chosen, as a piece of it says, else by its code."""
    chosen = query.get("regroupement")
    pages = [page]
    if chosen or "cursor" in request.args:
        others = {**query, "regroupement": None, "limit": str(CANDIDATURES_OF_A_PAGE)}
        read = partial(staff_member.call, api.list_missing_pieces(query=others))
        pages.insert(0, optional_answer(read, page))
    items = [item for each in pages for item in each.items]
    labels = {
        part.regroupement.code: part.regroupement.label for item in items for part in item.missing
    }
    if chosen and chosen not in labels:
        piece = optional_answer(partial(first_piece, {"regroupement": chosen}), None)
        labels[chosen] = piece.regroupement.label if piece else chosen
    return [{"value": code, "label": label} for code, label in labels.items()]


@blueprint.get("/relances/toute-la-liste", who=access.staff("pieces:read"))
def ask_whole_list() -> ResponseReturnValue:
    """How many candidatures and mails that is."""
    shown = filters_of_address(api.MISSING_PIECES)
    query = _api_filters(shown)
    listed = staff_member.call(api.read_whole_list(query=query))
    return render_page(
        "gestion/templates/toute_la_liste.html",
        listed=listed,
        filters=_labels_of(shown, query),
        is_begun=request.args.get("fait") == BEGUN,
    )


def _labels_of(shown: Mapping[str, str], query: Mapping[str, str]) -> list[str]:
    """What the list's filters say, in the words of its page."""
    read = partial(staff_member.call, api.list_missing_pieces(query={**query, "limit": "1"}))
    page = optional_answer(read, NOTHING_LISTED)
    options = {
        "session": _sessions(page),
        "academie": academie_options(),
        "regroupement": _regroupements(page, query),
    }
    labels = {
        name: {item["value"]: item["label"] for item in items} for name, items in options.items()
    }
    return [labels.get(name, {}).get(value, value) for name, value in shown.items()]


@blueprint.post("/relances/toute-la-liste", who=access.staff("pieces:control"))
def remind_whole_list() -> ResponseReturnValue:
    shown = filters_of_address(api.MISSING_PIECES)
    staff_member.call(api.remind_whole_list(body=_api_filters(shown)))
    query = address_query(api.MISSING_PIECES, shown, fait=BEGUN)
    return redirect(f"{url_for('gestion.ask_whole_list')}?{query}", code=303)


@blueprint.post("/relances", who=access.staff("pieces:control"))
def remind_selection() -> ResponseReturnValue:
    selected = [_VALUE.fullmatch(value) for value in request.form.getlist("selection")]
    if None in selected or len(selected) > CANDIDATURES_OF_A_PAGE:
        raise Invalid("Revenez à la liste, puis sélectionnez des candidatures.")
    numbers = {match["id"]: match["number"] for match in selected if match}
    results = (
        staff_member.call(api.remind(body={"candidatures": list(numbers)})).results
        if numbers
        else ()
    )
    outcomes = Counter(result.outcome for result in results)
    return render_page(
        "gestion/templates/relances_envoyees.html",
        sent=outcomes[ReminderOutcome.SENT],
        not_sent=[result for result in results if result.outcome != ReminderOutcome.SENT],
        numbers=numbers,
        sentences=OUTCOME_SENTENCES,
        query=posted_text("filtres"),
    )


def _api_filters(shown: Mapping[str, str]) -> dict[str, str]:
    """By the names of the API. A session of the page is « BTS/2022 »: its exam and its name; who is
    searched is found by registrations, which knows names. Raises Invalid where too many are
    found."""
    exam, _, name = shown.get("session", "").partition("/")
    given = {**filters_query(api.MISSING_PIECES, shown), "exam": exam, "session": name}
    filters = {name: text for name, text in given.items() if text}
    if typed := filters.get("candidature"):
        filters["candidature"] = ",".join(_found(typed, filters)) or NOBODY
    return filters


def _found(typed: str, filters: Mapping[str, str]) -> Iterable[str]:
    """The ids of the candidatures that a search finds in « Candidatures », within the filters that
    both lists have."""
    shared = {name: filters[name] for name in SEARCHED if name in filters}
    query = {**shared, "text": typed, "state": ACTIVE, "limit": str(MOST_FOUND)}
    found = staff_member.call(list_candidatures(query=query))
    if found.next_cursor:
        raise Invalid(TOO_MANY_FOUND)
    return (candidature.id for candidature in found.candidatures)
