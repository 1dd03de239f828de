"""Pieces for staff and their tools: list, read, control one or many, within their académies."""

from __future__ import annotations

from typing import Any

from flask import json
from flask_smorest import Blueprint

from services.chassis.errors import DomainError
from services.chassis.web import access, problems
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.pieces.api import shown
from services.pieces.api.staff_schemas import (
    ControlResults,
    ControlSchema,
    ControlsSchema,
    IfMatch,
    PiecesQuery,
    StaffPiece,
    StaffPieceDetail,
    StaffPieces,
)
from services.pieces.domain.control import Control
from services.pieces.models import db
from services.pieces.operations import controls
from services.pieces.operations.controls import Gestionnaire, Wanted
from services.pieces.queries import dossiers, lists
from services.pieces.queries.dossiers import Dossier

blp = Blueprint("pieces", __name__, url_prefix="/v1", description="Contrôle des pièces")

Headed = tuple[dict[str, Any], int, dict[str, str]]


@blp.route("/pieces")
@access.staff("pieces:read")
@blp.arguments(PiecesQuery, location="query")
@blp.response(200, StaffPieces)
def list_pieces(query: dict[str, Any]) -> dict[str, Any]:
    """Pieces asked for or deposited, in pages: follow `next_cursor` until it is null."""
    with db.reading_for_staff() as session:
        page = lists.page_of(session, access.caller().academies, query)
    return {"items": [shown.staff_piece(one) for one in page.items], "next_cursor": page.next_cursor}


@blp.route("/pieces/<string:piece_id>")
@access.staff("pieces:read")
@blp.response(200, StaffPieceDetail)
def read_piece(piece_id: str) -> Headed:
    """A piece with its history. The ETag guards its control: any deposit or control changes it."""
    with db.reading_for_staff() as session:
        dossier = dossiers.dossier_within(session, access.caller().academies, piece_id)
        deposits, opinions = dossiers.history(session, piece_id)
    return shown.staff_piece_with_history(dossier, deposits, opinions), 200, {"ETag": dossier.etag}


@blp.route("/pieces/<string:piece_id>/control", methods=["POST"])
@access.staff("pieces:control")
@blp.arguments(IfMatch, location="headers")
@blp.arguments(ControlSchema)
@blp.response(200, StaffPiece)
@answers_with(
    blp, problem_types.DEPOSIT_REPLACED, problem_types.PRECONDITION_FAILED, problem_types.PRECONDITION_REQUIRED
)
def control_piece(headers: dict[str, Any], body: dict[str, Any], piece_id: str) -> Headed:
    """Set the status of a piece that was read with the etag in If-Match."""
    wanted = Wanted(piece_id, headers["if_match"], _control(body))
    dossier = controls.control_piece(_gestionnaire(), wanted)
    return shown.staff_piece(dossier), 200, {"ETag": dossier.etag}


@blp.route("/controls", methods=["POST"])
@access.staff("pieces:control")
@blp.arguments(ControlsSchema)
@blp.response(200, ControlResults)
def control_many(body: dict[str, Any]) -> dict[str, Any]:
    """Many controls, each on its own: the answer is 200, each result has its own status."""
    many = [Wanted(item["piece_id"], item["if_match"], _control(item)) for item in body["controls"]]
    results = controls.control_many(_gestionnaire(), many)
    return {"results": [_result(wanted.piece_id, found) for wanted, found in zip(many, results, strict=True)]}


def _gestionnaire() -> Gestionnaire:
    caller = access.caller()
    return Gestionnaire(caller.id, caller.academies)


def _control(body: dict[str, Any]) -> Control:
    comment = (body["comment"] or "").strip() or None
    return Control(body["deposit_id"], body["status"], comment, body["received_on"], body["resubmit_until"])


def _result(piece_id: str, found: Dossier | DomainError) -> dict[str, Any]:
    if isinstance(found, DomainError):
        problem = json.loads(problems.of_domain_error(found).get_data())
        return {"piece_id": piece_id, "http_status": found.http_status, "piece": None, "problem": problem}
    return {"piece_id": piece_id, "http_status": 200, "piece": shown.staff_piece(found), "problem": None}
