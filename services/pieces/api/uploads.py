"""Uploads that go on where they broke: tus 1.0.0 (core, creation, termination, expiration), and their deposit."""

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
from services.chassis.web import access
from services.chassis.web.arrival_time import received_at
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.pieces.api import shown
from services.pieces.api.schemas import PieceSchema, UploadsSchema
from services.pieces.domain.uploads import MOST_SENT, BadRequestHeader, ForeignVersion
from services.pieces.models import db
from services.pieces.operations import upload_deposits, uploads
from services.pieces.parts import parts
from services.pieces.queries.uploads import Progress, progress

blp = Blueprint("envois", __name__, url_prefix="/v1", description="Envois repris là où ils se sont arrêtés")

VERSION = "1.0.0"
PART = "application/offset+octet-stream"
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_VERSION_SCHEMA = {"type": "string", "enum": [VERSION]}
_VERSIONED = {"name": "Tus-Resumable", "in": "header", "required": True, "schema": _VERSION_SCHEMA}


def _number_header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "integer", "minimum": 0}}


@blp.after_request
def tell_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    return response


@blp.route("/pieces/<string:piece_id>/uploads", methods=["POST"])
@access.candidate
@blp.doc(
    parameters=[
        _VERSIONED,
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
    begun = uploads.begin(access.caller().id, piece_id, _filename(), _number("Upload-Length"), at)
    response = _told(begun, 201)
    response.headers["Location"] = f"/v1/uploads/{begun.upload.id}"
    response.autocorrect_location_header = False
    return response


@blp.route("/uploads/<string:upload_id>", methods=["HEAD"])
@access.candidate
@blp.doc(parameters=[_VERSIONED])
@blp.alt_response(200, success=True, description="Upload-Offset, Upload-Length")
def upload_state(upload_id: str) -> Response:
    """Where to go on."""
    _check_version()
    with db.reading() as session:
        known = progress(session, access.caller().id, upload_id)
    response = _told(known, 200)
    response.headers["Upload-Length"] = str(known.upload.length)
    return response


@blp.route("/uploads/<string:upload_id>", methods=["PATCH"])
@access.candidate
@blp.doc(
    parameters=[_VERSIONED, _number_header("Upload-Offset")],
    requestBody={"required": True, "content": {PART: {"schema": {"type": "string", "format": "binary"}}}},
)
@blp.alt_response(204, success=True, description="Upload-Offset")
@answers_with(blp, problem_types.WRONG_OFFSET, problem_types.TOO_LARGE)
def continue_upload(upload_id: str) -> Response:
    """The bytes that follow, at most 1 MiB of them."""
    _check_version()
    content = _sent()
    if request.mimetype != PART:
        raise BadRequestHeader(f"Content-Type : {PART} est attendu.", status=415)
    return _told(uploads.append(access.caller().id, upload_id, _number("Upload-Offset"), content), 204)


@blp.route("/uploads/<string:upload_id>", methods=["DELETE"])
@access.candidate
@blp.doc(parameters=[_VERSIONED])
@blp.response(204)
def abandon_upload(upload_id: str) -> None:
    """« Annuler »: what came is forgotten."""
    _check_version()
    uploads.abandon(access.caller().id, upload_id)


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
    return shown.piece(upload_deposits.deposit_uploads(parts(), access.caller().id, piece_id, sent["uploads"], at), at)


def _told(known: Progress, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(known.offset)
    response.headers["Upload-Expires"] = format_date_time(known.expires.timestamp())
    response.headers["Cache-Control"] = "no-store"
    return response


def _check_version() -> None:
    """Raises ForeignVersion."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise ForeignVersion(f"Tus-Resumable : {VERSION} est attendu.")


def _number(header: str) -> int:
    """Raises BadRequestHeader for what is no number of bytes."""
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise BadRequestHeader(f"{header} : un nombre d'octets est attendu.")
    return int(value)


def _filename() -> str:
    """The name in Upload-Metadata; nothing where there is none."""
    pairs = dict(pair.strip().partition(" ")[::2] for pair in request.headers.get("Upload-Metadata", "").split(","))
    try:
        return base64.b64decode(pairs.get("filename", ""), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadRequestHeader("Upload-Metadata : filename est attendu en base64 (UTF-8).") from error


def _sent() -> bytes:
    """What came of the body, be it cut short: the upload goes on after it. Raises TooLarge beyond MOST_SENT."""
    request.max_content_length = MOST_SENT
    if (request.content_length or 0) > MOST_SENT:
        raise _too_much()
    content = bytearray()
    with suppress(ClientDisconnected, OSError):  # the sender is gone; nobody reads an answer
        while chunk := request.stream.read(64 * 1024):
            content += chunk
            if len(content) > MOST_SENT:
                raise _too_much()
    return bytes(content)


def _too_much() -> TooLarge:
    return TooLarge("Une partie d'envoi ne doit pas excéder 1 Mo.")
