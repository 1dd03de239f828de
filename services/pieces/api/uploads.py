"""Resumable uploads by tus 1.0.0 (core, creation, termination, expiration), and their deposit."""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from typing import Any
from wsgiref.handlers import format_date_time

from flask import Response, request
from werkzeug.exceptions import ClientDisconnected

from services.chassis.errors import TooLarge
from services.chassis.french import file_size
from services.chassis.web import access
from services.chassis.web.gateway_headers import received_at
from services.chassis.web.operations import Views
from services.contracts import problem_types
from services.contracts.api import pieces as api
from services.contracts.piece_rules import MAX_UPLOAD_PART_BYTES
from services.pieces.domain.uploads import BadRequestHeader, WrongTusVersion
from services.pieces.models import db
from services.pieces.operations import upload_deposits, uploads
from services.pieces.queries import answers
from services.pieces.queries.uploads import Progress, read_progress

views = Views("envois", __name__)

_NUMBER = re.compile(r"\d{1,15}", re.ASCII)


@views.after_request
def add_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = api.TUS_VERSION
    return response


@views.serves(api.begin_upload)
def begin_upload(piece_id: str) -> Response:
    at = received_at()
    _check_version()
    length = _byte_count("Upload-Length")
    progress = uploads.begin_upload(access.caller().id, piece_id, _filename(), length, at)
    response = _progress_response(progress, 201)
    response.headers["Location"] = f"/v1/uploads/{progress.upload.id}"
    response.autocorrect_location_header = False
    return response


@views.serves(api.read_upload)
def upload_state(upload_id: str) -> Response:
    _check_version()
    with db.reading() as session:
        progress = read_progress(session, access.caller().id, upload_id)
    response = _progress_response(progress, 200)
    response.headers["Upload-Length"] = str(progress.upload.length)
    return response


@views.serves(api.continue_upload)
def continue_upload(upload_id: str) -> Response:
    _check_version()
    content = _read_part()
    if request.mimetype != api.UPLOAD_PART_TYPE:
        raise BadRequestHeader(
            f"Content-Type : {api.UPLOAD_PART_TYPE} est attendu.", problem=problem_types.CONTENT_TYPE_REFUSED
        )
    return _progress_response(
        uploads.append_bytes(access.caller().id, upload_id, _byte_count("Upload-Offset"), content), 204
    )


@views.serves(api.abandon_upload)
def abandon_upload(upload_id: str) -> None:
    _check_version()
    uploads.abandon_upload(access.caller().id, upload_id)


@views.serves(api.deposit_uploads)
def deposit_uploads(body: dict[str, Any], piece_id: str) -> api.Piece:
    at = received_at()
    return answers.candidate_piece(
        upload_deposits.deposit_uploads(access.caller().id, piece_id, body["uploads"], at), at
    )


def _progress_response(progress: Progress, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(progress.offset)
    response.headers["Upload-Expires"] = format_date_time(progress.expires_at.timestamp())
    response.headers["Cache-Control"] = "no-store"
    return response


def _check_version() -> None:
    """Raises WrongTusVersion."""
    if request.headers.get("Tus-Resumable") != api.TUS_VERSION:
        raise WrongTusVersion(f"Tus-Resumable : {api.TUS_VERSION} est attendu.")


def _byte_count(header: str) -> int:
    """The number of bytes that a header holds. Raises BadRequestHeader."""
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise BadRequestHeader(f"{header} : un nombre d'octets est attendu.")
    return int(value)


def _filename() -> str:
    """The name in Upload-Metadata, empty where there is none. Raises BadRequestHeader."""
    pairs = dict(pair.strip().partition(" ")[::2] for pair in request.headers.get("Upload-Metadata", "").split(","))
    try:
        return base64.b64decode(pairs.get("filename", ""), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadRequestHeader("Upload-Metadata : filename est attendu en base64 (UTF-8).") from error


def _read_part() -> bytes:
    """The bytes of the body, as far as they came: where it was cut short, the upload continues after them.

    Raises TooLarge beyond MAX_UPLOAD_PART_BYTES.
    """
    request.max_content_length = MAX_UPLOAD_PART_BYTES
    if (request.content_length or 0) > MAX_UPLOAD_PART_BYTES:
        raise _part_too_large()
    content = bytearray()
    with suppress(ClientDisconnected, OSError):  # the sender is gone; nobody reads an answer
        while chunk := request.stream.read(64 * 1024):
            content += chunk
            if len(content) > MAX_UPLOAD_PART_BYTES:
                raise _part_too_large()
    return bytes(content)


def _part_too_large() -> TooLarge:
    return TooLarge(f"Une partie d'envoi ne doit pas excéder {file_size(MAX_UPLOAD_PART_BYTES)}.")
