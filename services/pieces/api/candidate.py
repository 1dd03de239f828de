"""What candidates do with their own pieces; those of others raise NotFound."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_smorest import Blueprint
from werkzeug.http import parse_options_header

from services.chassis.errors import DomainError
from services.chassis.web import access
from services.chassis.web.arrival_time import received_at
from services.chassis.web.problems import answers_with
from services.contracts import page_labels, problem_types
from services.contracts.file_rules import MAX_FILE_BYTES
from services.pieces.api import representations
from services.pieces.api.remaining_actions import represent_remaining_actions
from services.pieces.api.schemas import AskedSchema, LeftSchema, PieceSchema, TilesSchema
from services.pieces.dependencies import dependencies
from services.pieces.models import db
from services.pieces.operations import deposits, validations
from services.pieces.operations.deposits import SentFile
from services.pieces.queries.pieces import candidatures_of, own_candidature_with_pieces, pieces_of_candidate

blp = Blueprint("justificatifs", __name__, url_prefix="/v1", description=page_labels.JUSTIFICATIFS)

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
        candidatures = candidatures_of(session, access.caller().id)
        return {"candidatures": [representations.tile(candidature) for candidature in candidatures]}


@blp.route("/left")
@access.candidate
@blp.response(200, LeftSchema)
def list_left() -> dict[str, Any]:
    """What is left to do with the pieces of each candidature, and its dates."""
    with db.reading() as session:
        candidatures = candidatures_of(session, access.caller().id)
        contexts = pieces_of_candidate(session, access.caller().id)
        return {"candidatures": represent_remaining_actions(candidatures, contexts, received_at())}


@blp.route("/candidatures/<string:candidature_id>/pieces")
@access.candidate
@blp.response(200, AskedSchema)
def list_pieces(candidature_id: str) -> dict[str, Any]:
    """What is asked for, by period and regroupement, and what can be done with it now."""
    return _represent_candidature(candidature_id)


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
    request.max_content_length = MAX_FILE_BYTES
    if request.content_length is None:
        raise DomainError("La longueur du fichier (Content-Length) est requise.", problem=problem_types.LENGTH_REQUIRED)
    sent = SentFile(_filename(), request.content_length, _LazyBody())
    return representations.candidate_piece(
        deposits.deposit_file(dependencies(), access.caller().id, piece_id, sent, at), at
    )


@blp.route("/pieces/<string:piece_id>/deposit", methods=["DELETE"])
@access.candidate
@blp.response(204)
@answers_with(blp, problem_types.DEPOSIT_CLOSED)
def delete_deposit(piece_id: str) -> None:
    """The bin: the file is taken back."""
    deposits.delete_deposit(access.caller().id, piece_id, received_at())


@blp.route("/candidatures/<string:candidature_id>/groups/<string:code>/validation", methods=["POST"])
@access.candidate
@blp.response(200, AskedSchema)
@answers_with(blp, problem_types.DEPOSIT_CLOSED)
def validate_group(candidature_id: str, code: str) -> dict[str, Any]:
    """« J'ai fourni toutes mes pièces »; repeated, it changes nothing."""
    validations.validate_group(access.caller().id, candidature_id, code, received_at())
    return _represent_candidature(candidature_id)


def _represent_candidature(candidature_id: str) -> dict[str, Any]:
    with db.reading() as session:
        candidature, contexts = own_candidature_with_pieces(session, access.caller().id, candidature_id)
        return representations.candidature_with_pieces(candidature, contexts, received_at())


def _filename() -> str:
    _, options = parse_options_header(request.headers.get("Content-Disposition", ""))
    return options.get("filename", "")


class _LazyBody:
    """The request's stream, opened at the first read only: a body that is too long is refused without a read."""

    def read(self, size: int, /) -> bytes:
        return request.stream.read(size)
