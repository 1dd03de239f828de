"""« Pièces »: the list, by filters that stand in the address; a N° candidat is posted, and its
candidate's id stands there. « À traiter »: pieces that wait for a control, by session and
regroupement, the longest waiting first; how many candidatures lack pieces; publications under
way."""

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import posted_text, typed_number
from gateway.sessions import may, staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.decisions import POSTED_PIECES, posted_value, reason_options
from gateway.web.gestion.lists import (
    academie_options,
    filters_query,
    read_list,
    refuse_errors,
    render_list,
    sealed_search,
    search_of_address,
    typed_filters,
)
from gateway.web.gestion.publication import STATE_SEVERITIES
from services.contracts.api import missing_pieces, staff_imports, staff_pieces
from services.contracts.api import staff_pieces as api
from services.contracts.api.missing_pieces import IncompleteSessions
from services.contracts.api.staff_pieces import OwnControls, StaffPiece, StaffPieces
from services.contracts.document_rules import CHECKED, PREPARED, PUBLISHING
from services.contracts.page_sizes import LARGEST_PAGE, LARGEST_SELECTION, USUAL_PAGE
from services.contracts.piece_rules import STATUS_LABELS, Status

UNDER_WAY = (PREPARED, CHECKED, PUBLISHING)
TO_CONTROL = "a-controler"
SENT_AGAIN = "renvoyees"
ALL = "toutes"
PAGE_SIZES = (str(USUAL_PAGE), str(LARGEST_PAGE))
"""Pieces of a page, which can be decided at once."""
SELECTION = "selection"
"""Also what was decided on last: each of its pieces is taken back on its own page."""
WHOLE_LIST = "toute"
"""In the address: every piece of the list, up to LARGEST_SELECTION, is shown and selected."""
LIST_IS_DONE = "fin"
DECISION_IS_STORED = "enregistree"
DONE_SENTENCES = {
    LIST_IS_DONE: "Votre décision est enregistrée : c'était la dernière pièce de cette liste.",
    DECISION_IS_STORED: "Votre décision est enregistrée.",
}
STATUS_CHOICES = {
    TO_CONTROL: "À contrôler",
    SENT_AGAIN: "Renvoyées après une décision",
    **STATUS_LABELS,
    Status.RECEIVED: "Reçues, à contrôler",
    ALL: "Toutes",
}
NO_PIECES = StaffPieces(items=(), next_cursor=None)
NO_CONTROLS = OwnControls(last_hour=0, control=None, piece=None)
_WAITING = {"status": "none", "deposited": "true"}
FILTERS_OF_STATUS = {TO_CONTROL: _WAITING, SENT_AGAIN: {**_WAITING, "sent_again": "true"}, ALL: {}}


@blueprint.get("/pieces", who=access.staff("pieces:read"))
def list_pieces() -> ResponseReturnValue:
    shown = shown_filters()
    is_whole_list = request.args.get(SELECTION) == WHOLE_LIST
    number = LARGEST_SELECTION if is_whole_list else int(shown.get("par_page", PAGE_SIZES[0]))
    if nobodys := search_of_address().get("numero_candidat"):
        return _list_page(shown, NO_PIECES, nobodys)
    page = read_list(
        api.PIECES, shown, lambda: _pieces(shown, number, request.args.get("cursor")), NO_PIECES
    )
    return _list_page(shown, page, _numero_candidat(shown, page), is_whole_list=is_whole_list)


@blueprint.post("/pieces", who=access.staff("pieces:read"))
def filter_pieces() -> ResponseReturnValue:
    """Leads to the list whose filters were posted, an empty one where nobody has the N°
    candidat."""
    shown = shown_filters({**request.form, "candidate": ""})
    if numero := typed_number(posted_text("numero_candidat"))[:100]:
        piece = first_piece({"numero_candidat": numero})
        shown |= (
            {"candidate": piece.candidature.candidate_id}
            if piece
            else sealed_search({"numero_candidat": numero})
        )
    return redirect(f"{url_for('gestion.list_pieces')}?{urlencode(shown)}", code=303)


def _numero_candidat(shown: Mapping[str, str], page: StaffPieces) -> str:
    """Of the candidate in the filters; empty without one."""
    if "candidate" not in shown:
        return ""
    piece = page.items[0] if page.items else first_piece({"candidate": shown["candidate"]})
    return piece.candidature.numero_candidat if piece else ""


def first_piece(api_filters: Mapping[str, str]) -> StaffPiece | None:
    """Of the list that these filters give."""
    page = staff_member.call(api.list_pieces(query={**api_filters, "limit": "1"}))
    return next(iter(page.items), None)


def _list_page(
    shown: Mapping[str, str],
    page: StaffPieces,
    numero_candidat: str,
    *,
    is_whole_list: bool = False,
) -> Response:
    read_own_controls = partial(staff_member.call, api.read_own_controls())
    is_after_selection = request.args.get("fait") == SELECTION
    return render_list(
        "gestion/templates/pieces.html",
        api.PIECES,
        shown,
        {
            "statut": [{"value": value, "label": label} for value, label in STATUS_CHOICES.items()],
            "academie": academie_options(),
            "validees": [
                {"value": "true", "label": "Validées"},
                {"value": "false", "label": "Pas encore validées"},
            ],
        },
        pieces=page.items,
        posted_value=posted_value,
        own=NO_CONTROLS if is_after_selection else optional_answer(read_own_controls, NO_CONTROLS),
        numero_candidat=numero_candidat,
        reasons=reason_options(page.items) if may("pieces:control") else [],
        next_query=_next_query(shown, page.next_cursor, is_whole_list),
        is_whole_list=is_whole_list,
        whole_list_query=urlencode({**shown, SELECTION: WHOLE_LIST}),
        largest_selection=LARGEST_SELECTION,
        posted_pieces=POSTED_PIECES,
        is_first_page="cursor" not in request.args,
        total=page.total,
        counted=api.COUNTED,
        size_choices=[{"value": size, "label": size} for size in PAGE_SIZES],
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


def _pieces(shown: Mapping[str, str], number: int, cursor: str | None) -> StaffPieces:
    """As many of the list as that, from the cursor on, and the cursor of those that follow."""
    items: list[StaffPiece] = []
    total = None
    while True:
        filters = {**api_filters_of(shown), "limit": str(min(LARGEST_PAGE, number - len(items)))}
        page = staff_member.call(api.list_pieces(query={**filters, "cursor": cursor}))
        total = total or page.total
        items = items + list(page.items)
        cursor = page.next_cursor
        if cursor is None or len(items) >= number:
            return StaffPieces(items=tuple(items), next_cursor=cursor, total=total)


def _next_query(shown: Mapping[str, str], cursor: str | None, is_whole_list: bool) -> str | None:
    if cursor is None:
        return None
    return urlencode(
        {**shown, "cursor": cursor, **({SELECTION: WHOLE_LIST} if is_whole_list else {})}
    )


@blueprint.get("/pieces.csv", who=access.staff("pieces:read"))
def export_pieces() -> ResponseReturnValue:
    """The list that the address's filters give, to its end."""
    shown = shown_filters()
    refuse_errors(api.PIECES, shown)
    filters = api_filters_of(shown)
    return staff_member.stream(api.export_pieces(query=filters))


def shown_filters(source: Mapping[str, str] | None = None) -> dict[str, str]:
    """The filters of the address (or of `source`), by the page's names; what is to control where it
    says nothing."""
    given = request.args if source is None else source
    shown = {"statut": TO_CONTROL, **typed_filters(api.PIECES, given)}
    if shown["statut"] not in STATUS_CHOICES:
        shown["statut"] = TO_CONTROL
    size = {"par_page": PAGE_SIZES[-1]} if given.get("par_page") == PAGE_SIZES[-1] else {}
    return {**shown, **size}


def api_filters_of(shown: Mapping[str, str]) -> dict[str, str]:
    """What the API of pieces is asked for."""
    query = filters_query(api.PIECES, shown)
    status = query.pop("status")
    return {**FILTERS_OF_STATUS.get(status, {"status": status}), **query}


@blueprint.get("", who=access.staff("pieces:read"))
def show_waiting() -> ResponseReturnValue:
    """Without what lacks pieces, and without publications, while their services do not answer."""
    waiting = staff_member.call(staff_pieces.read_control_queue()).items
    by_session = sorted(waiting, key=lambda row: (row.session_label, row.exam))
    sessions = [
        (label, list(rows))
        for label, rows in groupby(by_session, key=lambda row: row.session_label)
    ]
    incomplete = optional_answer(
        lambda: staff_member.call(missing_pieces.count_missing_pieces()), IncompleteSessions()
    )
    newest = optional_answer(lambda: staff_member.call(staff_imports.list_imports()).items, ())
    return render_page(
        "gestion/templates/a_traiter.html",
        sessions=sessions,
        waiting=waiting,
        incomplete=incomplete,
        publications=[row for row in newest if _is_under_way(row)],
        state_severities=STATE_SEVERITIES,
    )


def _is_under_way(row: staff_imports.Import) -> bool:
    """Whether it still has something to publish or to mend."""
    return row.state in UNDER_WAY and (
        row.state != CHECKED or row.ready + row.refused + row.to_check > 0
    )
