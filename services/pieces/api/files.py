"""The current file of a piece, for its depositor and for staff; browsers save it and never interpret it."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from flask import Response
from flask_smorest import Blueprint

from services.chassis.web import access
from services.chassis.web.access import Access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.pieces.domain.statuses import Scan
from services.pieces.operations import opening, previews
from services.pieces.operations.opening import File
from services.pieces.parts import parts

blp = Blueprint("fichiers", __name__, url_prefix="/v1", description="Fichiers déposés")

SCAN_HEADER = "X-Antivirus"
NOT_SCANNED = '199 - "Fichier non analyse par un antivirus"'
_SANDBOX = "sandbox; default-src 'none'"


@blp.route("/pieces/<string:piece_id>/file")
@access.any_of(Access("candidate"), Access("staff", frozenset({"pieces:read"})))
@blp.alt_response(200, content_type="application/octet-stream", success=True, description="Les octets du fichier")
@answers_with(blp, problem_types.NOT_CLEAN)
def piece_file(piece_id: str) -> Response:
    """The file itself. Staff get none that the antivirus has not found clean; X-Antivirus tells its opinion."""
    caller = access.caller()
    if caller.kind == "staff":
        return _sent(opening.file_for_staff(parts(), caller.id, caller.academies, piece_id))
    return _sent(opening.own_file(parts(), caller.id, piece_id))


@blp.route("/pieces/<string:piece_id>/preview")
@access.candidate
@blp.alt_response(200, content_type="image/jpeg", success=True, description="1000 points de côté au plus")
@answers_with(blp, problem_types.NO_PREVIEW, problem_types.TOO_MANY_FILES)
def piece_preview(piece_id: str) -> Response:
    """The photograph or the first page, small; nobody but its depositor sees it."""
    picture = previews.picture(parts(), access.caller().id, piece_id)
    response = Response(picture, content_type="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _sent(file: File) -> Response:
    response = Response(file.content, content_type=file.media_type)
    response.headers["Content-Disposition"] = disposition(file.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    response.headers[SCAN_HEADER] = file.scan.value
    if file.scan is Scan.NOT_SCANNED:
        response.headers["Warning"] = NOT_SCANNED
    return response


def disposition(filename: str) -> str:
    """RFC 6266: the name with its accents, and one without for what cannot read them."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    safe = "".join("_" if char in '"\\%;' else char for char in plain).strip() or "fichier"
    return f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(filename, safe='')}"
