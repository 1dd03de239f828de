"""Files sent by the page's script in small parts (tus 1.0.0), so that what broke goes on where it broke.

pieces keeps what has come. The script asks for problem details, and is told of an ended session by them.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, ClientDisconnected

from gateway import entrances, visitor
from gateway.clients.pieces import TUS
from gateway.services import services
from gateway.web.justificatifs import blueprint
from gateway.web.justificatifs.lisible import after_deposit
from gateway.web.justificatifs.liste import token
from gateway.web.justificatifs.reception import RETRY_SECONDS, Refused, place
from services.chassis.errors import NotFound, Unavailable

UPLOADS = "/justificatifs/<candidature_id>/envois/<piece_id>"


@blueprint.post(UPLOADS)
@entrances.candidates
def start(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    length, metadata = request.headers.get("Upload-Length", ""), request.headers.get("Upload-Metadata", "")
    upload_id = services().pieces.start_upload(token(), piece_id, length, metadata)
    address = url_for("justificatifs.append", candidature_id=candidature_id, piece_id=piece_id, upload_id=upload_id)
    return _answer(201, Location=address)


@blueprint.route(f"{UPLOADS}/<upload_id>", methods=["HEAD"])
@entrances.candidates
def state(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    known = services().pieces.upload_state(token(), upload_id)
    return _answer(200, **{"Upload-Offset": str(known.offset), "Upload-Length": str(known.length)})


@blueprint.patch(f"{UPLOADS}/<upload_id>")
@entrances.candidates
def append(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    try:
        with place(visitor.required().subject):
            part = request.get_data(cache=False)
            offset = services().pieces.append(token(), upload_id, request.headers.get("Upload-Offset", ""), part)
    except Refused as refusal:
        raise Unavailable(refusal.detail, retry_after=refusal.retry_after or RETRY_SECONDS) from refusal
    except (ClientDisconnected, OSError) as error:
        raise BadRequest() from error
    return _answer(204, **{"Upload-Offset": str(offset)})


@blueprint.delete(f"{UPLOADS}/<upload_id>")
@entrances.candidates
def cancel(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    with suppress(NotFound):
        services().pieces.cancel_upload(token(), upload_id)
    return _answer(204)


@blueprint.post(f"{UPLOADS}/depot")
@entrances.candidates
def finish(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    """The uploads named become the piece's file; `Location` is the page to go on with."""
    uploads = request.form.getlist("envoi")
    piece = services().pieces.deposit_uploads(token(), piece_id, uploads)
    return _answer(201, Location=after_deposit(candidature_id, piece, fichiers=len(uploads)))


def _answer(status: int, **headers: str) -> Response:
    return Response(status=status, headers={**TUS, "Cache-Control": "no-store", **headers})
