"""Pieces for staff and their tools, within their académies: list, read, control one or many; the
feed of changes."""

from dataclasses import replace

from flask import Response, json
from sqlalchemy.exc import SQLAlchemyError

from services.chassis.database.availability import is_database_unavailable
from services.chassis.errors import DomainError, Unavailable
from services.chassis.exports import export_response
from services.chassis.web import access, problems
from services.chassis.web.operations import Reply, Views
from services.clock import portal_now, system_now
from services.contracts.api import staff_pieces as api
from services.contracts.api.staff_lists import ListFilters
from services.pieces.domain.control import Decision
from services.pieces.models import db
from services.pieces.operations import controls
from services.pieces.operations.change_numbering import number_changes
from services.pieces.operations.downloads import record_export
from services.pieces.queries import controls as control_queries
from services.pieces.queries import pieces, staff_list
from services.pieces.queries.changes import changes_page
from services.pieces.queries.control_queue import control_queue
from services.pieces.queries.pieces import PieceContext
from services.pieces.queries.staff_answers import Neighbours, staff_piece, staff_piece_detail
from services.pieces.queries.trail import recent_openings_by_others

views = Views("pieces", __name__)


@views.serves(api.list_pieces)
def list_pieces(query: api.PiecesPage) -> api.StaffPieces:
    with db.reading_for_staff() as transaction:
        return staff_list.list_page(transaction, access.caller().academies, query)


@views.serves(api.read_control_queue)
def read_control_queue() -> api.ControlQueue:
    with db.reading_for_staff() as transaction:
        return control_queue(transaction, access.caller().academies)


@views.serves(api.read_own_controls)
def read_own_controls() -> api.OwnControls:
    with db.reading_for_staff() as transaction:
        return control_queries.own_controls(transaction, access.caller(), portal_now())


@views.serves(api.export_pieces)
def export_pieces(query: ListFilters) -> Response:
    who = access.caller()
    return export_response(
        "pieces",
        db.reading_for_staff(export=True),
        lambda transaction: staff_list.export(transaction, who.academies, query),
        lambda: record_export(who.id, query),
    )


@views.serves(api.read_piece)
def read_piece(piece_id: str, query: api.PieceQuery) -> Reply[api.StaffPieceDetail]:
    by = access.caller()
    with db.reading_for_staff() as transaction:
        context = pieces.piece_within_academies(transaction, by.academies, piece_id)
        neighbours: Neighbours | None = None
        own_controls: api.OwnControls | None = None
        if query.neighbours:
            neighbours = staff_list.neighbours(transaction, by, query, context.piece)
            own_controls = control_queries.own_controls(
                transaction, by, portal_now(), context, neighbours.previous
            )
        answer = staff_piece_detail(
            context,
            history=control_queries.history(transaction, context, by.id),
            recent_openings=recent_openings_by_others(transaction, piece_id, by.id, system_now()),
            neighbours=neighbours,
            own_controls=own_controls,
        )
    return Reply(answer, {"ETag": context.etag})


@views.serves(api.control_piece)
def control_piece(piece_id: str, headers: api.IfMatch, body: api.Control) -> Reply[api.StaffPiece]:
    context = controls.control_piece(access.caller(), piece_id, headers.if_match, _decision(body))
    return Reply(staff_piece(context), {"ETag": context.etag})


@views.serves(api.take_back_control)
def take_back_control(piece_id: str, headers: api.IfMatch) -> Reply[api.StaffPiece]:
    context = controls.take_back_control(access.caller(), piece_id, headers.if_match)
    return Reply(staff_piece(context), {"ETag": context.etag})


@views.serves(api.control_many)
def control_many(body: api.Controls) -> api.ControlResults:
    requests = [
        controls.ControlRequest(item.piece_id, item.if_match, _decision(item))
        for item in body.controls
    ]
    results = controls.control_many(access.caller(), requests)
    of_pieces = [
        (request.piece_id, result) for request, result in zip(requests, results, strict=True)
    ]
    current = _current_pieces(of_pieces)
    return api.ControlResults(
        results=tuple(_result(piece_id, result, current) for piece_id, result in of_pieces)
    )


def _decision(control: api.Control) -> Decision:
    return Decision(
        deposit_id=control.deposit_id,
        status=control.status,
        comment=control.comment,
        received_on=control.received_on,
        resubmit_until=control.resubmit_until,
    )


@views.serves(api.list_changes)
def list_changes(query: api.ChangesQuery) -> api.Changes:
    more_wait = number_changes()
    with db.reading_for_staff() as transaction:
        page = changes_page(transaction, access.caller().academies, query.after, query.limit)
    return replace(page, has_more=page.has_more or more_wait)


def _current_pieces(
    results: list[tuple[str, PieceContext | DomainError]],
) -> dict[str, PieceContext]:
    """Return the pieces whose control was refused, by id, as they now are.

    Empty while the database is away: the caller still has to answer for what was done.
    """
    refused = {piece_id for piece_id, result in results if isinstance(result, DomainError)}
    if not refused or any(isinstance(result, Unavailable) for _, result in results):
        return {}
    try:
        with db.reading_for_staff() as transaction:
            return pieces.pieces_within_academies(transaction, access.caller().academies, refused)
    except (Unavailable, SQLAlchemyError) as error:
        if isinstance(error, SQLAlchemyError) and not is_database_unavailable(error):
            raise
        return {}


def _result(
    piece_id: str, result: PieceContext | DomainError, current: dict[str, PieceContext]
) -> api.ControlResult:
    if not isinstance(result, DomainError):
        return api.ControlResult(piece_id=piece_id, piece=staff_piece(result))
    return api.ControlResult(
        piece_id=piece_id,
        http_status=result.http_status,
        problem=json.loads(problems.of_domain_error(result).get_data()),
        current=staff_piece(current[piece_id]) if piece_id in current else None,
    )
