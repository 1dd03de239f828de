"""Files sent by the page's script in small parts (tus 1.0.0), so that an interrupted upload can be resumed.

pieces stores the parts received. The script requests problem details, by which it also notices an ended session.
"""

from __future__ import annotations

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, ClientDisconnected

from gateway import access, visitor
from gateway.clients.pieces import TUS_HEADERS
from gateway.service_clients import clients
from gateway.web.justificatifs import blueprint
from gateway.web.justificatifs.file_reception import RETRY_SECONDS, FileRefused, upload_place
from gateway.web.justificatifs.lisible import after_deposit
from gateway.web.justificatifs.liste import access_token
from services.chassis.errors import Unavailable

UPLOADS_PATH = "/justificatifs/<candidature_id>/envois/<piece_id>"


@blueprint.post(UPLOADS_PATH)
@access.candidate
def start(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    length, metadata = request.headers.get("Upload-Length", ""), request.headers.get("Upload-Metadata", "")
    upload_id = clients().pieces.start_upload(access_token(), piece_id, length, metadata)
    address = url_for("justificatifs.append", candidature_id=candidature_id, piece_id=piece_id, upload_id=upload_id)
    return _tus_response(201, Location=address)


@blueprint.route(f"{UPLOADS_PATH}/<upload_id>", methods=["HEAD"])
@access.candidate
def state(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    upload = clients().pieces.upload_state(access_token(), upload_id)
    return _tus_response(200, **{"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length)})


@blueprint.patch(f"{UPLOADS_PATH}/<upload_id>")
@access.candidate
def append(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    try:
        with upload_place(visitor.required().subject):
            part = request.get_data(cache=False)
            offset = clients().pieces.append_to_upload(
                access_token(), upload_id, request.headers.get("Upload-Offset", ""), part
            )
    except FileRefused as refusal:
        raise Unavailable(refusal.detail, retry_after=refusal.retry_after or RETRY_SECONDS) from refusal
    except (ClientDisconnected, OSError) as error:
        raise BadRequest() from error
    return _tus_response(204, **{"Upload-Offset": str(offset)})


@blueprint.delete(f"{UPLOADS_PATH}/<upload_id>")
@access.candidate
def cancel(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    clients().pieces.cancel_upload(access_token(), upload_id)
    return _tus_response(204)


@blueprint.post(f"{UPLOADS_PATH}/depot")
@access.candidate
def finish(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    """The uploads become the piece's file; `Location` is the page to go on with."""
    uploads = request.form.getlist("envoi")
    piece = clients().pieces.deposit_uploads(access_token(), piece_id, uploads)
    return _tus_response(201, Location=after_deposit(candidature_id, piece, file_count=len(uploads)))


def _tus_response(status: int, **headers: str) -> Response:
    return Response(status=status, headers={**TUS_HEADERS, "Cache-Control": "no-store", **headers})
