"""The deposited file of a piece: its pages as pictures, the file itself, and that a page loaded ahead is now shown."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from gateway import access, staff_member
from gateway.clients.file_streaming import streamed_response
from gateway.service_clients import clients
from gateway.web.gestion import blueprint
from gateway.web.gestion.posted_text import posted_text
from services.contracts.api import staff_pieces as api
from services.contracts.api.pieces import read_file
from services.contracts.api.staff_pieces import StaffDeposit, StaffPiece
from services.contracts.piece_rules import MEDIA_TYPES, VIEWABLE_MEDIA_TYPES

AHEAD = "avance"
FIRST_PAGE = 1
MAX_SHOWN_PAGES = 100
"""Of one file, as pictures in its page; the others are in the file itself."""


@blueprint.get("/pieces/<piece_id>/page/<int:number>")
@access.staff("pieces:read")
def page_picture(piece_id: str, number: int) -> ResponseReturnValue:
    """With « avance » the picture is for a piece that is not shown yet, which the audit trail tells apart."""
    query = {"ahead": "true" if AHEAD in request.args else None}
    token = staff_member.access_token()
    return streamed_response(
        clients().staff_pieces.stream(api.read_page, token, query=query, piece_id=piece_id, number=number)
    )


@blueprint.post("/pieces/<piece_id>/ouverture")
@access.staff("pieces:read")
def record_opening(piece_id: str) -> ResponseReturnValue:
    """The script shows the first page, which it loaded ahead."""
    opening = {"deposit_id": posted_text("depot"), "page": FIRST_PAGE}
    clients().staff_pieces.call(api.record_opening, staff_member.access_token(), body=opening, piece_id=piece_id)
    return "", 204


@blueprint.get("/pieces/<piece_id>/fichier")
@access.staff("pieces:read")
def file(piece_id: str) -> ResponseReturnValue:
    return streamed_response(clients().staff_pieces.stream(read_file, staff_member.access_token(), piece_id=piece_id))


def picture_address(piece: StaffPiece, number: int = FIRST_PAGE) -> str | None:
    """Of a page of the file; None where it cannot be shown as a picture. The deposit's id tells a new file's apart."""
    deposit = piece.deposit
    if deposit is None or not deposit.openable or number not in shown_pages(deposit):
        return None
    return url_for("gestion.page_picture", piece_id=piece.id, number=number, depot=deposit.id)


def shown_pages(deposit: StaffDeposit) -> range:
    """Of the pages that are shown as pictures; empty for what is none."""
    shown = min(deposit.pages or 1, MAX_SHOWN_PAGES) if deposit.media_type in VIEWABLE_MEDIA_TYPES else 0
    return range(1, 1 + shown)


def may_have_more_pages(deposit: StaffDeposit) -> bool:
    """Than those that are shown."""
    return deposit.media_type == MEDIA_TYPES["pdf"] and (deposit.pages is None or deposit.pages > MAX_SHOWN_PAGES)
