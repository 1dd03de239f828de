"""The deposited file of a piece: its pages as pictures, the file itself, and that a page loaded ahead is now shown."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from gateway import access, staff_member
from gateway.clients.file_streaming import streamed_response
from gateway.clients.staff_pieces import StaffPiece
from gateway.service_clients import clients
from gateway.web.gestion import blueprint
from gateway.web.gestion.posted_text import posted_text

AHEAD = "avance"
FIRST_PAGE = 1


@blueprint.get("/pieces/<piece_id>/page/<int:number>")
@access.staff("pieces:read")
def page_picture(piece_id: str, number: int) -> ResponseReturnValue:
    """With « avance » the picture is for a piece that is not shown yet, which the audit trail tells apart."""
    token, ahead = staff_member.access_token(), AHEAD in request.args
    return streamed_response(clients().staff_pieces.page_picture(token, piece_id, number, ahead=ahead))


@blueprint.post("/pieces/<piece_id>/ouverture")
@access.staff("pieces:read")
def record_opening(piece_id: str) -> ResponseReturnValue:
    """The script shows the first page, which it loaded ahead."""
    clients().staff_pieces.record_opening(staff_member.access_token(), piece_id, posted_text("depot"), FIRST_PAGE)
    return "", 204


@blueprint.get("/pieces/<piece_id>/fichier")
@access.staff("pieces:read")
def file(piece_id: str) -> ResponseReturnValue:
    return streamed_response(clients().staff_pieces.file(staff_member.access_token(), piece_id))


def picture_address(piece: StaffPiece, number: int = FIRST_PAGE) -> str | None:
    """Of a page of the file; None where it cannot be shown as a picture. The deposit's id tells a new file's apart."""
    deposit = piece.deposit
    if deposit is None or not deposit.openable or number not in deposit.page_numbers:
        return None
    return url_for("gestion.page_picture", piece_id=piece.id, number=number, depot=deposit.id)
