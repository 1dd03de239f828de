"""The control of a piece: its file beside what its candidate declared, a decision, then the next
piece of the list."""

import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_on
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.decisions import (
    TYPED_FIELDS,
    as_options,
    check_days,
    posted_decision,
    what_catalogue_says,
)
from gateway.web.gestion.lists import names_by_id, openings_sentence
from gateway.web.gestion.pieces import (
    DECISION_IS_STORED,
    LIST_IS_DONE,
    SENT_AGAIN,
    TO_CONTROL,
    api_filters_of,
    first_piece,
    shown_filters,
)
from gateway.web_security import content_security_policy
from services.chassis.errors import DomainError, NotFound
from services.contracts.api import staff_pieces as api
from services.contracts.api.pieces import read_file
from services.contracts.api.staff_candidatures import read_candidature
from services.contracts.api.staff_pieces import StaffDeposit, StaffPiece
from services.contracts.piece_rules import STATUS_LABELS, VIEWABLE_MEDIA_TYPES, Format, Status
from services.contracts.registrations import EPREUVES

REFUSALS_SHOWN_HERE = (409, 412, 422)
ETAG = re.compile(r'"[!#-~]{1,100}"')
"""What may be sent as If-Match; the form holds no other."""
AHEAD = "avance"
TAKEN_BACK = "annulee"
FIRST_PAGE = 1
MAX_SHOWN_PAGES = 100
"""Of one file, as pictures in its page; the others are in the file itself."""


@blueprint.get("/controle", who=access.staff("pieces:read"))
def start_control() -> ResponseReturnValue:
    """The first piece that waits: those sent again after a refusal come first, those received
    last."""
    for status in (SENT_AGAIN, TO_CONTROL, Status.RECEIVED):
        shown = shown_filters({"statut": status})
        if address := _first_address(shown):
            return redirect(address, code=303)
    return redirect(url_for("gestion.show_waiting"), code=303)


@blueprint.get("/pieces/<piece_id>", who=access.staff("pieces:read"))
def show_piece(piece_id: str, refusal: DomainError | None = None) -> Response:
    """`refusal` is shown beside what was typed."""
    shown = shown_filters(request.form if refusal else None)
    filters = {**api_filters_of(shown), "neighbours": "true"}
    piece = staff_member.call(api.read_piece(piece_id, query=filters))
    # In this order: they share the time of what a page can do without, and names are missed least.
    read = partial(staff_member.call, read_candidature(piece.candidature.id))
    declared = optional_answer(read, None)  # also where registrations has not heard of it
    catalogue = what_catalogue_says(piece.candidature.exam, piece.code)
    controls = piece.history.controls
    openings = piece.recent_openings
    names = names_by_id(
        {control.staff_id for control in controls} | {opening.staff_id for opening in openings}
    )
    response = render_page(
        "gestion/templates/piece.html",
        refusal=refusal,
        piece=piece,
        candidature=declared,
        staff_names=names,
        opened_by_others=openings_sentence(piece.recent_openings, names)
        if piece.recent_openings
        else None,
        picture_address=picture_address,
        shown_pages=shown_pages,
        may_have_more_pages=may_have_more_pages,
        shown=shown,
        query=urlencode(shown),
        epreuves_title=EPREUVES,
        counted=api.COUNTED,
        typed={name: posted_text(name) for name in TYPED_FIELDS} if refusal else {},
        reasons=as_options(catalogue.reasons),
        compared_with=catalogue.compared_with,
        own=piece.own_controls,
        is_taken_back=request.args.get("fait") == TAKEN_BACK,
        is_after_decision=request.args.get("fait") == DECISION_IS_STORED,
    )
    response.headers["Content-Security-Policy"] = content_security_policy("media-src 'self'")
    return response


@blueprint.post("/pieces/<piece_id>/decision", who=access.staff("pieces:control"))
@shown_on(show_piece, *REFUSALS_SHOWN_HERE)
def decide(piece_id: str) -> ResponseReturnValue:
    shown = shown_filters(request.form)
    control = {"deposit_id": request.form.get("deposit_id") or None, **posted_decision()}
    if control["status"] not in STATUS_LABELS:
        raise NotFound()
    headers = _posted_etag()
    check_days()
    piece = staff_member.call(api.control_piece(piece_id, body=control, headers=headers))
    return redirect(_next_address(piece.id, shown), code=303)


@blueprint.post("/pieces/<piece_id>/annulation", who=access.staff("pieces:control"))
@shown_on(show_piece, *REFUSALS_SHOWN_HERE)
def take_back(piece_id: str) -> ResponseReturnValue:
    """« Annuler », of a decision on this piece, from whichever page; it leads to the piece, to be
    decided anew."""
    staff_member.call(api.take_back_control(piece_id, headers=_posted_etag()))
    return redirect(
        _address_of(piece_id, {**shown_filters(request.form), "fait": TAKEN_BACK}), code=303
    )


def _posted_etag() -> dict[str, str]:
    """Of the piece as its form shows it. Raises NotFound for what no form of ours holds."""
    etag = request.form.get("etag", "")
    if not ETAG.fullmatch(etag):
        raise NotFound()
    return {"If-Match": etag}


def _next_address(piece_id: str, shown: Mapping[str, str]) -> str:
    """The piece that follows in the list; the list where none follows, or where the service fails
    to say which: the decision is stored all the same."""
    try:
        following = first_piece({**api_filters_of(shown), "after": piece_id})
    except DomainError:
        return _list_address(shown, DECISION_IS_STORED)
    decided = {**shown, "fait": DECISION_IS_STORED}
    if following is None:
        others = shown["statut"] == SENT_AGAIN and _first_address({**decided, "statut": TO_CONTROL})
        return others or _list_address(shown, LIST_IS_DONE)
    return _address_of(following.id, decided)


def _first_address(query: Mapping[str, str]) -> str | None:
    """Of the first piece of the list that the filters in `query` give."""
    piece = first_piece(api_filters_of(query))
    return _address_of(piece.id, query) if piece else None


def _address_of(piece_id: str, query: Mapping[str, str]) -> str:
    return f"{url_for('gestion.show_piece', piece_id=piece_id)}?{urlencode(query)}"


def _list_address(shown: Mapping[str, str], done: str) -> str:
    return f"{url_for('gestion.list_pieces')}?{urlencode({**shown, 'fait': done})}"


@blueprint.get("/pieces/<piece_id>/page/<int:number>", who=access.staff("pieces:read"))
def page_picture(piece_id: str, number: int) -> ResponseReturnValue:
    """With « avance » the picture is for a piece that is not shown yet, which the audit trail tells
    apart."""
    query = {"ahead": "true" if AHEAD in request.args else None}
    return staff_member.stream(api.read_page(piece_id, number, query=query))


@blueprint.post("/pieces/<piece_id>/ouverture", who=access.staff("pieces:read"))
def record_opening(piece_id: str) -> ResponseReturnValue:
    """The script shows the first page, which it loaded ahead."""
    opening = {"deposit_id": posted_text("depot"), "page": FIRST_PAGE}
    staff_member.call(api.record_opening(piece_id, body=opening))
    return "", 204


@blueprint.get("/pieces/<piece_id>/fichier", who=access.staff("pieces:read"))
def file(piece_id: str) -> ResponseReturnValue:
    return staff_member.stream(read_file(piece_id, query={"form": request.args.get("forme")}))


def picture_address(piece: StaffPiece, number: int = FIRST_PAGE) -> str | None:
    """Of a page of the file; None where it cannot be shown as a picture. The deposit's id tells a
    new file's apart."""
    deposit = piece.deposit
    if deposit is None or not deposit.openable or number not in shown_pages(deposit):
        return None
    return url_for("gestion.page_picture", piece_id=piece.id, number=number, depot=deposit.id)


def shown_pages(deposit: StaffDeposit) -> range:
    """Of the pages that are shown as pictures; empty for what is none."""
    shown = (
        min(deposit.pages or 1, MAX_SHOWN_PAGES)
        if deposit.media_type in VIEWABLE_MEDIA_TYPES
        else 0
    )
    return range(1, 1 + shown)


def may_have_more_pages(deposit: StaffDeposit) -> bool:
    """Than those that are shown."""
    return deposit.media_type == Format.PDF.media_type and (
        deposit.pages is None or deposit.pages > MAX_SHOWN_PAGES
    )
