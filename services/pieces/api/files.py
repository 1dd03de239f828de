"""Downloads and previews of the current file of a piece, with headers that make browsers save it, never run it."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import quote

from flask import Response
from flask_smorest import Blueprint

from services.chassis.web import access
from services.chassis.web.access import Access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.pieces.api.staff_schemas import OpeningSchema, PageQuery
from services.pieces.dependencies import dependencies
from services.pieces.domain.filenames import UNNAMED
from services.pieces.domain.picture_sides import PAGE_SIDE, PREVIEW_SIDE
from services.pieces.domain.statuses import Scan
from services.pieces.operations import downloads, page_pictures, previews
from services.pieces.operations.controls import Gestionnaire
from services.pieces.operations.downloads import OpenedFile
from services.pieces.operations.page_pictures import PageToShow

blp = Blueprint("fichiers", __name__, url_prefix="/v1", description="Fichiers déposés")

SCAN_HEADER = "X-Antivirus"
NOT_SCANNED_WARNING = '199 - "Fichier non analyse par un antivirus"'
_SANDBOX = "sandbox; default-src 'none'"


@blp.route("/pieces/<string:piece_id>/file")
@access.any_of(Access("candidate"), Access("staff", frozenset({"pieces:read"})))
@blp.alt_response(200, content_type="application/octet-stream", success=True, description="Les octets du fichier")
@answers_with(blp, problem_types.NOT_CLEAN)
def piece_file(piece_id: str) -> Response:
    """The file itself. Staff get none that the antivirus has not found clean; X-Antivirus tells its opinion."""
    caller = access.caller()
    if caller.kind == "staff":
        return _file_response(downloads.open_file_for_staff(dependencies(), caller.id, caller.academies, piece_id))
    return _file_response(downloads.open_own_file(dependencies(), caller.id, piece_id))


@blp.route("/pieces/<string:piece_id>/preview")
@access.candidate
@blp.alt_response(200, content_type="image/jpeg", success=True, description=f"{PREVIEW_SIDE} points de côté au plus")
@answers_with(blp, problem_types.NO_PREVIEW, problem_types.TOO_MANY_FILES)
def piece_preview(piece_id: str) -> Response:
    """The photograph or the first page, small; nobody but its depositor sees it."""
    return _picture_response(previews.render_preview(dependencies(), access.caller().id, piece_id))


@blp.route("/pieces/<string:piece_id>/pages/<int:number>")
@access.staff("pieces:read")
@blp.arguments(PageQuery, location="query")
@blp.alt_response(200, content_type="image/jpeg", success=True, description=f"{PAGE_SIDE} points de côté au plus")
@answers_with(blp, problem_types.NOT_CLEAN, problem_types.NO_PREVIEW)
def piece_page(query: dict[str, Any], piece_id: str, number: int) -> Response:
    """A page of a PDF, from 1 on, or a picture (its page 1), as a JPEG; each look is in the audit trail."""
    page = PageToShow(piece_id, number, ahead=query["ahead"])
    return _picture_response(page_pictures.render_page_for_staff(dependencies(), _gestionnaire(), page))


@blp.route("/pieces/<string:piece_id>/openings", methods=["POST"])
@access.staff("pieces:read")
@blp.arguments(OpeningSchema)
@blp.response(204)
def record_opening(body: dict[str, Any], piece_id: str) -> None:
    """Say that a page which was loaded ahead is now shown, for the audit trail. 404 for another piece's file."""
    page_pictures.record_opening(_gestionnaire(), piece_id, body["deposit_id"], body["page"])


def _gestionnaire() -> Gestionnaire:
    caller = access.caller()
    return Gestionnaire(caller.id, caller.academies)


def _picture_response(picture: bytes) -> Response:
    response = Response(picture, content_type="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _file_response(file: OpenedFile) -> Response:
    response = Response(file.content, content_type=file.media_type)
    response.headers["Content-Disposition"] = content_disposition(file.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    response.headers[SCAN_HEADER] = file.scan.value
    if file.scan is Scan.NOT_SCANNED:
        response.headers["Warning"] = NOT_SCANNED_WARNING
    return response


def content_disposition(filename: str) -> str:
    """RFC 6266: the name with its accents, and an ASCII one for clients that cannot read the former."""
    ascii_name = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    safe_name = "".join("_" if char in '"\\%;' else char for char in ascii_name).strip() or UNNAMED
    return f"attachment; filename=\"{safe_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
