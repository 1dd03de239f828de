"""« Relances »: candidatures with pieces to deposit or to validate, by filters in the address; a reminder for those
selected, or for the whole list."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import posted_text
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import filters_query, read_list, render_list, typed_filters
from gateway.web.gestion.names_from_accounts import academie_options
from gateway.web.gestion.pieces import first_piece
from services.chassis.errors import Invalid
from services.chassis.french import alphabetical
from services.contracts.api import missing_pieces as api
from services.contracts.api.missing_pieces import MissingPieces
from services.contracts.api.staff_candidatures import count_candidatures
from services.contracts.piece_rules import ReminderOutcome

CANDIDATURES_OF_A_PAGE = 50
"""So many can be reminded at once."""
OUTCOME_SENTENCES = {
    "nothing_missing": "il ne reste rien à faire, ou le dépôt est fermé",
    "already_reminded_today": "déjà relancée aujourd'hui",
    "not_found": "introuvable dans vos académies",
}
BEGUN = "lancee"
NOTHING_LISTED = MissingPieces(items=(), next_cursor=None, sessions=())
_VALUE = re.compile(r"(?P<id>[0-9a-f]{32}) (?P<number>[0-9A-Za-z]{1,32})")


@blueprint.get("/relances", who=access.staff("pieces:read"))
def list_incomplete() -> ResponseReturnValue:
    member, shown = staff_member.required(), typed_filters(api.MISSING_PIECES, request.args)
    api_filters = {**_api_filters(shown), "limit": str(CANDIDATURES_OF_A_PAGE)}
    if cursor := request.args.get("cursor"):
        api_filters["cursor"] = cursor
    page = read_list(
        api.MISSING_PIECES,
        shown,
        lambda: staff_member.call(api.list_missing_pieces, query=api_filters),
        NOTHING_LISTED,
    )
    return render_list(
        "gestion/templates/relances.html",
        api.MISSING_PIECES,
        shown,
        {
            "academie": academie_options(),
            "session": _sessions(page),
            "specialite": _specialites(shown),
            "regroupement": _regroupements(page, shown),
        },
        items=page.items,
        can_remind="pieces:control" in member.scopes,
        is_first_page=not cursor,
        next_query=urlencode({**shown, "cursor": page.next_cursor}) if page.next_cursor else None,
    )


def _specialites(shown: Mapping[str, str]) -> list[dict[str, str]]:
    """Of the candidatures of that session, as registrations counts them; and the one that is chosen."""
    query = {name: value for name, value in _api_filters(shown).items() if name in ("exam", "session", "academie")}
    count = partial(staff_member.call, count_candidatures, query=query)
    counts = optional_answer(count, None)
    known = {*(counts.filters.get("specialite", ()) if counts else ()), *filter(None, [shown.get("specialite")])}
    return [{"value": label, "label": label} for label in sorted(known, key=alphabetical)]


def _sessions(page: MissingPieces) -> list[dict[str, str]]:
    return [{"value": f"{item.exam}/{item.session}", "label": item.label} for item in page.sessions]


def _regroupements(page: MissingPieces, shown: Mapping[str, str]) -> list[dict[str, str]]:
    """Of what is missing on this page, and on the first one without that filter; and the one that is chosen, as a piece
    of it says, else by its code."""
    chosen, pages = shown.get("regroupement"), [page]
    if chosen or "cursor" in request.args:
        query = {**_api_filters({**shown, "regroupement": ""}), "limit": str(CANDIDATURES_OF_A_PAGE)}
        read = partial(staff_member.call, api.list_missing_pieces, query=query)
        pages.insert(0, optional_answer(read, page))
    items = [item for each in pages for item in each.items]
    labels = {part.regroupement.code: part.regroupement.label for item in items for part in item.missing}
    if chosen and chosen not in labels:
        piece = optional_answer(partial(first_piece, {"regroupement": chosen}), None)
        labels[chosen] = piece.regroupement.label if piece else chosen
    return [{"value": code, "label": label} for code, label in labels.items()]


@blueprint.get("/relances/toute-la-liste", who=access.staff("pieces:read"))
def ask_whole_list() -> ResponseReturnValue:
    """How many candidatures and mails that is."""
    shown, member = typed_filters(api.MISSING_PIECES, request.args), staff_member.required()
    listed = staff_member.call(api.read_whole_list, query=_api_filters(shown))
    return render_page(
        "gestion/templates/toute_la_liste.html",
        listed=listed,
        filters=_labels_of(shown),
        is_begun=request.args.get("fait") == BEGUN,
        can_remind="pieces:control" in member.scopes,
    )


def _labels_of(shown: Mapping[str, str]) -> list[str]:
    """What the list's filters say, in the words of its page."""
    query = {**_api_filters(shown), "limit": "1"}
    read = partial(staff_member.call, api.list_missing_pieces, query=query)
    page = optional_answer(read, NOTHING_LISTED)
    options = {"session": _sessions(page), "academie": academie_options(), "regroupement": _regroupements(page, shown)}
    labels = {name: {item["value"]: item["label"] for item in items} for name, items in options.items()}
    return [labels.get(name, {}).get(value, value) for name, value in shown.items()]


@blueprint.post("/relances/toute-la-liste", who=access.staff("pieces:control"))
def remind_whole_list() -> ResponseReturnValue:
    shown = typed_filters(api.MISSING_PIECES, request.args)
    staff_member.call(api.remind_whole_list, body=_api_filters(shown))
    return redirect(url_for("gestion.ask_whole_list") + "?" + urlencode({**shown, "fait": BEGUN}), code=303)


@blueprint.post("/relances", who=access.staff("pieces:control"))
def remind_selection() -> ResponseReturnValue:
    selected = [_VALUE.fullmatch(value) for value in request.form.getlist("selection")]
    if None in selected or len(selected) > CANDIDATURES_OF_A_PAGE:
        raise Invalid("Revenez à la liste, puis sélectionnez des candidatures.")
    numbers = {match["id"]: match["number"] for match in selected if match}
    results = staff_member.call(api.remind, body={"candidatures": list(numbers)}).results if numbers else ()
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
    """By the names of the API. A session of the page is « BTS/2022 »: its exam and its name."""
    exam, _, name = shown.get("session", "").partition("/")
    session = {"exam": exam, "session": name}
    filters = {**filters_query(api.MISSING_PIECES, shown), **session}
    return {name: text for name, text in filters.items() if text}
