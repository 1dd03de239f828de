"""Resumable uploads by tus 1.0.0 (core, creation, termination, expiration), and their deposit."""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from typing import Any
from wsgiref.handlers import format_date_time

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.exceptions import ClientDisconnected

from services.chassis.errors import TooLarge
from services.chassis.french import file_size
from services.chassis.web import access
from services.chassis.web.arrival_time import received_at
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.contracts.file_rules import MAX_UPLOAD_PART_BYTES
from services.pieces.api import representations
from services.pieces.api.schemas import PieceSchema, UploadsSchema
from services.pieces.dependencies import dependencies
from services.pieces.domain.uploads import BadRequestHeader, WrongTusVersion
from services.pieces.models import db
from services.pieces.operations import upload_deposits, uploads
from services.pieces.queries.uploads import Progress, read_progress

blp = Blueprint("envois", __name__, url_prefix="/v1", description="Envois repris là où ils se sont arrêtés")

VERSION = "1.0.0"
PART_MEDIA_TYPE = "application/offset+octet-stream"
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_VERSION_SCHEMA = {"type": "string", "enum": [VERSION]}
_VERSION_HEADER = {"name": "Tus-Resumable", "in": "header", "required": True, "schema": _VERSION_SCHEMA}


def _number_header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "integer", "minimum": 0}}


@blp.after_request
def add_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    return response


@blp.route("/pieces/<string:piece_id>/uploads", methods=["POST"])
@access.candidate
@blp.doc(
    parameters=[
        _VERSION_HEADER,
        _number_header("Upload-Length"),
        {"name": "Upload-Metadata", "in": "header", "schema": {"type": "string"}, "description": "filename <base64>"},
    ]
)
@blp.alt_response(201, success=True, description="Location, Upload-Expires")
@answers_with(
    blp,
    problem_types.DEPOSIT_CLOSED,
    problem_types.PROTOCOL_VERSION,
    problem_types.TOO_LARGE,
    problem_types.TOO_MANY_FILES,
)
def begin_upload(piece_id: str) -> Response:
    """Announce a file: its size, and its name in Upload-Metadata."""
    at = received_at()
    _check_version()
    length = _byte_count("Upload-Length")
    progress = uploads.begin_upload(dependencies(), access.caller().id, piece_id, _filename(), length, at)
    response = _progress_response(progress, 201)
    response.headers["Location"] = f"/v1/uploads/{progress.upload.id}"
    response.autocorrect_location_header = False
    return response


@blp.route("/uploads/<string:upload_id>", methods=["HEAD"])
@access.candidate
@blp.doc(parameters=[_VERSION_HEADER])
@blp.alt_response(200, success=True, description="Upload-Offset, Upload-Length")
def upload_state(upload_id: str) -> Response:
    """Where to go on."""
    _check_version()
    with db.reading() as session:
        progress = read_progress(session, access.caller().id, upload_id)
    response = _progress_response(progress, 200)
    response.headers["Upload-Length"] = str(progress.upload.length)
    return response


@blp.route("/uploads/<string:upload_id>", methods=["PATCH"])
@access.candidate
@blp.doc(
    summary=f"The bytes that follow, at most {MAX_UPLOAD_PART_BYTES / 2**20:g} MiB of them.",
    parameters=[_VERSION_HEADER, _number_header("Upload-Offset")],
    requestBody={"required": True, "content": {PART_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
)
@blp.alt_response(204, success=True, description="Upload-Offset")
@answers_with(blp, problem_types.WRONG_OFFSET, problem_types.TOO_LARGE)
def continue_upload(upload_id: str) -> Response:
    """Add bytes at the end of the upload."""
    _check_version()
    content = _read_part()
    if request.mimetype != PART_MEDIA_TYPE:
        raise BadRequestHeader(
            f"Content-Type : {PART_MEDIA_TYPE} est attendu.", problem=problem_types.CONTENT_TYPE_REFUSED
        )
    return _progress_response(
        uploads.append_bytes(access.caller().id, upload_id, _byte_count("Upload-Offset"), content), 204
    )


@blp.route("/uploads/<string:upload_id>", methods=["DELETE"])
@access.candidate
@blp.doc(parameters=[_VERSION_HEADER])
@blp.response(204)
def abandon_upload(upload_id: str) -> None:
    """« Annuler »: what came is forgotten."""
    _check_version()
    uploads.abandon_upload(access.caller().id, upload_id)


@blp.route("/pieces/<string:piece_id>/deposit", methods=["POST"])
@access.candidate
@blp.arguments(UploadsSchema)
@blp.response(201, PieceSchema)
@answers_with(
    blp,
    problem_types.DEPOSIT_CLOSED,
    problem_types.UPLOAD_INCOMPLETE,
    problem_types.UPLOAD_DEPOSITED,
    problem_types.TOO_LARGE,
    problem_types.FORMAT_REFUSED,
    problem_types.TOO_MANY_FILES,
    problem_types.UNAVAILABLE,
)
def deposit_uploads(sent: dict[str, Any], piece_id: str) -> dict[str, Any]:
    """The file that was uploaded becomes the piece's current one; several become the pages of one PDF."""
    at = received_at()
    return representations.candidate_piece(
        upload_deposits.deposit_uploads(dependencies(), access.caller().id, piece_id, sent["uploads"], at), at
    )


def _progress_response(progress: Progress, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(progress.offset)
    response.headers["Upload-Expires"] = format_date_time(progress.expires_at.timestamp())
    response.headers["Cache-Control"] = "no-store"
    return response


def _check_version() -> None:
    """Raises WrongTusVersion."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WrongTusVersion(f"Tus-Resumable : {VERSION} est attendu.")


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
