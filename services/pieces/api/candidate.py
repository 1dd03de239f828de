"""What a candidate does with his pieces. Everything is his alone; the rest is not found."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_smorest import Blueprint
from werkzeug.http import parse_options_header

from services.chassis.errors import DomainError
from services.chassis.web import access
from services.chassis.web.arrival_time import received_at
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.pieces.api import shown
from services.pieces.api.left import left_of
from services.pieces.api.schemas import AskedSchema, LeftSchema, PieceSchema, TilesSchema
from services.pieces.domain.refusals import LIMIT
from services.pieces.models import db
from services.pieces.operations import deposits, validations
from services.pieces.operations.deposits import SentFile
from services.pieces.parts import parts
from services.pieces.queries import dossiers

blp = Blueprint("justificatifs", __name__, url_prefix="/v1", description="Mes justificatifs")

UPLOAD = {
    "description": "Les octets du fichier, seuls ; son nom dans Content-Disposition (filename*)",
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@blp.route("/candidatures")
@access.candidate
@blp.response(200, TilesSchema)
def list_candidatures() -> dict[str, Any]:
    """Tiles of « Mes justificatifs »."""
    with db.reading() as session:
        return {"candidatures": [shown.tile(copy) for copy in dossiers.candidatures_of(session, access.caller().id)]}


@blp.route("/left")
@access.candidate
@blp.response(200, LeftSchema)
def list_left() -> dict[str, Any]:
    """What is left to do with the pieces of each candidature, and its dates."""
    with db.reading() as session:
        copies = dossiers.candidatures_of(session, access.caller().id)
        pieces = dossiers.dossiers_of_candidate(session, access.caller().id)
        return {"candidatures": left_of(copies, pieces, received_at())}


@blp.route("/candidatures/<string:candidature_id>/pieces")
@access.candidate
@blp.response(200, AskedSchema)
def list_pieces(candidature_id: str) -> dict[str, Any]:
    """What is asked for, by period and regroupement, and what can be done with it now."""
    return _asked(candidature_id)


@blp.route("/pieces/<string:piece_id>/deposit", methods=["PUT"])
@access.candidate
@blp.doc(requestBody=UPLOAD)
@blp.response(201, PieceSchema)
@answers_with(
    blp,
    problem_types.DEPOSIT_CLOSED,
    problem_types.LENGTH_REQUIRED,
    problem_types.TOO_LARGE,
    problem_types.FORMAT_REFUSED,
    problem_types.FILE_REFUSED,
    problem_types.FILE_UNVERIFIED,
    problem_types.TOO_MANY_FILES,
    problem_types.UNAVAILABLE,
)
def deposit(piece_id: str) -> dict[str, Any]:
    """« Envoyer une pièce jointe »: the file becomes the piece's current one."""
    at = received_at()
    request.max_content_length = LIMIT
    if request.content_length is None:
        raise DomainError("La longueur du fichier (Content-Length) est requise.", problem=problem_types.LENGTH_REQUIRED)
    sent = SentFile(_filename(), request.content_length, _Body())
    return shown.piece(deposits.deposit(parts(), access.caller().id, piece_id, sent, at), at)


@blp.route("/pieces/<string:piece_id>/deposit", methods=["DELETE"])
@access.candidate
@blp.response(204)
@answers_with(blp, problem_types.DEPOSIT_CLOSED)
def delete_deposit(piece_id: str) -> None:
    """The bin: the file is taken back."""
    deposits.withdraw_deposit(access.caller().id, piece_id, received_at())


@blp.route("/candidatures/<string:candidature_id>/groups/<string:code>/validation", methods=["POST"])
@access.candidate
@blp.response(200, AskedSchema)
@answers_with(blp, problem_types.DEPOSIT_CLOSED)
def validate_group(candidature_id: str, code: str) -> dict[str, Any]:
    """« J'ai fourni toutes mes pièces »; repeated, it changes nothing."""
    validations.validate_group(access.caller().id, candidature_id, code, received_at())
    return _asked(candidature_id)


def _asked(candidature_id: str) -> dict[str, Any]:
    with db.reading() as session:
        copy, pieces = dossiers.own_pieces(session, access.caller().id, candidature_id)
        return shown.asked(copy, pieces, received_at())


def _filename() -> str:
    _, options = parse_options_header(request.headers.get("Content-Disposition", ""))
    return options.get("filename", "")


class _Body:
    """The request's stream, taken at the first read only: a body that is too long is refused without one."""

    def read(self, size: int, /) -> bytes:
        return request.stream.read(size)
