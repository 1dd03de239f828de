"""Pieces for staff and their tools, within their académies: list, read, control one or many."""

from __future__ import annotations

from typing import Any

from flask import Response, json
from flask_smorest import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from services.chassis.clock import system_now
from services.chassis.database.transactions import is_database_unavailable
from services.chassis.errors import DomainError, Unavailable
from services.chassis.web import access, problems
from services.chassis.web.csv_export import CONTENT_TYPE, csv_response
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.pieces.api import examples, representations
from services.pieces.api.staff_schemas import (
    ControlQueue,
    ControlResults,
    ControlSchema,
    ControlsSchema,
    IfMatch,
    PieceQuery,
    PiecesFilters,
    PiecesQuery,
    StaffPiece,
    StaffPieceDetail,
    StaffPieces,
)
from services.pieces.domain.control import Control
from services.pieces.models import db
from services.pieces.operations import controls
from services.pieces.operations.controls import ControlRequest, Gestionnaire
from services.pieces.operations.exports import record_export
from services.pieces.queries import control_queue, pieces, staff_export, staff_list
from services.pieces.queries.pieces import PieceContext
from services.pieces.queries.recent_openings import recent_openings_by_others

blp = Blueprint("pieces", __name__, url_prefix="/v1", description="Contrôle des pièces")

BodyStatusHeaders = tuple[dict[str, Any], int, dict[str, str]]


@blp.route("/pieces")
@access.staff("pieces:read")
@blp.arguments(PiecesQuery, location="query")
@blp.response(200, StaffPieces, example=examples.PIECES)
@answers_with(blp, problem_types.NOT_FOUND)
def list_pieces(query: dict[str, Any]) -> dict[str, Any]:
    """Pieces asked for or deposited, in pages: follow `next_cursor` until it is null."""
    with db.reading_for_staff() as session:
        page = staff_list.list_page(session, access.caller().academies, query)
    items = [representations.staff_piece(context) for context in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@blp.route("/pieces.csv")
@access.staff("pieces:read")
@blp.arguments(PiecesFilters, location="query")
@blp.alt_response(200, content_type=CONTENT_TYPE, success=True, description="Une ligne par pièce, heures de Paris")
@answers_with(blp, problem_types.NOT_FOUND)
def export_pieces(query: dict[str, Any]) -> Response:
    """The whole list as CSV, streamed; that it was taken out is in the audit trail."""
    who = access.caller()
    return csv_response(
        "pieces.csv",
        db.reading_for_staff(export=True),
        lambda session: staff_export.csv_export(session, who.academies, query),
        lambda: record_export(who.id, query),
    )


@blp.route("/control-queue")
@access.staff("pieces:read")
@blp.response(200, ControlQueue)
def read_control_queue() -> dict[str, Any]:
    """How many pieces wait for a control, by session and regroupement, the longest waiting first."""
    with db.reading_for_staff() as session:
        return {"items": control_queue.waiting_pieces(session, access.caller().academies)}


@blp.route("/pieces/<string:piece_id>")
@access.staff("pieces:read")
@blp.arguments(PieceQuery, location="query")
@blp.response(200, StaffPieceDetail)
def read_piece(query: dict[str, Any], piece_id: str) -> BodyStatusHeaders:
    """A piece with its history. The ETag guards its control: any deposit or control changes it."""
    academies = access.caller().academies
    with db.reading_for_staff() as session:
        context = pieces.piece_within_academies(session, academies, piece_id)
        deposits, opinions = pieces.history(session, piece_id)
        others = recent_openings_by_others(session, piece_id, access.caller().id, system_now())
        beside = staff_list.neighbours(session, academies, query, context.piece) if query["neighbours"] else None
    detail = representations.staff_piece_with_history(context, deposits, opinions)
    beside_it = beside and representations.neighbours(beside)
    return {**detail, "recent_openings": others, "neighbours": beside_it}, 200, {"ETag": context.etag}


@blp.route("/pieces/<string:piece_id>/control", methods=["POST"])
@access.staff("pieces:control")
@blp.arguments(IfMatch, location="headers")
@blp.arguments(ControlSchema, example=examples.CONTROL)
@blp.response(200, StaffPiece, example=examples.DECIDED_PIECE)
@answers_with(
    blp, problem_types.DEPOSIT_REPLACED, problem_types.PRECONDITION_FAILED, problem_types.PRECONDITION_REQUIRED
)
def control_piece(headers: dict[str, Any], body: dict[str, Any], piece_id: str) -> BodyStatusHeaders:
    """Set the status of a piece that was read with the etag in If-Match."""
    request = ControlRequest(piece_id, headers["if_match"], _control(body))
    context = controls.control_piece(_gestionnaire(), request)
    return representations.staff_piece(context), 200, {"ETag": context.etag}


@blp.route("/controls", methods=["POST"])
@access.staff("pieces:control")
@blp.arguments(ControlsSchema, example=examples.CONTROLS)
@blp.response(200, ControlResults, example=examples.CONTROL_RESULTS)
def control_many(body: dict[str, Any]) -> dict[str, Any]:
    """Many controls, each on its own: the answer is 200, each result has its own status."""
    requests = [ControlRequest(item["piece_id"], item["if_match"], _control(item)) for item in body["controls"]]
    results = controls.control_many(_gestionnaire(), requests)
    current = _current_pieces(requests, results)
    answers = zip(requests, results, strict=True)
    return {"results": [_result(request.piece_id, result, current) for request, result in answers]}


def _gestionnaire() -> Gestionnaire:
    caller = access.caller()
    return Gestionnaire(caller.id, caller.academies)


def _control(body: dict[str, Any]) -> Control:
    # Forms send lines that end with CR LF, scripts and tools with LF: the same comment is the same control.
    comment = (body["comment"] or "").replace("\r\n", "\n").strip() or None
    return Control(body["deposit_id"], body["status"], comment, body["received_on"], body["resubmit_until"])


def _current_pieces(
    requests: list[ControlRequest], results: list[PieceContext | DomainError]
) -> dict[str, PieceContext]:
    """Those that were refused a control, by id; none while the database is away: what was done is to be answered."""
    pairs = zip(requests, results, strict=True)
    refused = {request.piece_id for request, result in pairs if isinstance(result, DomainError)}
    if not refused or any(isinstance(result, Unavailable) for result in results):
        return {}
    try:
        with db.reading_for_staff() as session:
            return pieces.pieces_within_academies(session, access.caller().academies, refused)
    except (Unavailable, SQLAlchemyError) as error:
        if isinstance(error, SQLAlchemyError) and not is_database_unavailable(error):
            raise
        return {}


def _result(piece_id: str, result: PieceContext | DomainError, current: dict[str, PieceContext]) -> dict[str, Any]:
    answer: dict[str, Any] = {"piece_id": piece_id, "http_status": 200, "piece": None, "problem": None, "current": None}
    if not isinstance(result, DomainError):
        return {**answer, "piece": representations.staff_piece(result)}
    problem = json.loads(problems.of_domain_error(result).get_data())
    piece = representations.staff_piece(current[piece_id]) if piece_id in current else None
    return {**answer, "http_status": result.http_status, "problem": problem, "current": piece}
