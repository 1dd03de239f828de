"""Pieces for staff and their tools, within their académies: list, read, control one or many; the
feed of changes."""

from dataclasses import replace
from typing import Any

from flask import Response, json
from sqlalchemy.exc import SQLAlchemyError

from services.chassis.database.availability import is_database_unavailable
from services.chassis.errors import DomainError, Unavailable
from services.chassis.exports import export_response
from services.chassis.web import access, problems
from services.chassis.web.operations import Reply, Views
from services.clock import portal_now, system_now
from services.contracts.api import staff_pieces as api
from services.pieces.domain.control import Decision
from services.pieces.models import db
from services.pieces.operations import controls
from services.pieces.operations.change_numbering import number_changes
from services.pieces.operations.downloads import record_export
from services.pieces.queries import answers, pieces, staff_list
from services.pieces.queries import controls as control_queries
from services.pieces.queries.changes import changes_page
from services.pieces.queries.pieces import PieceContext, recent_openings_by_others

views = Views("pieces", __name__)
views.reads(
    api.list_pieces, staff_list.list_page, db.reading_for_staff, academies=access.caller_academies
)
views.reads(
    api.read_control_queue,
    pieces.waiting_pieces,
    db.reading_for_staff,
    academies=access.caller_academies,
)
views.reads(
    api.read_own_controls,
    control_queries.own_controls,
    db.reading_for_staff,
    by=access.caller,
    now=portal_now,
)


@views.serves(api.export_pieces)
def export_pieces(query: dict[str, Any]) -> Response:
    who = access.caller()
    return export_response(
        "pieces",
        db.reading_for_staff(export=True),
        lambda transaction: staff_list.export(transaction, who.academies, query),
        lambda: record_export(who.id, query),
    )


@views.serves(api.read_piece)
def read_piece(piece_id: str, query: dict[str, Any]) -> Reply[api.StaffPieceDetail]:
    by = access.caller()
    with db.reading_for_staff() as transaction:
        context = pieces.piece_within_academies(transaction, by.academies, piece_id)
        others: dict[str, Any] = dict.fromkeys(("neighbours", "own_controls"))
        others["history"] = control_queries.history(transaction, context, by.id)
        others["recent_openings"] = tuple(
            recent_openings_by_others(transaction, piece_id, by.id, system_now())
        )
        if query["neighbours"]:
            previous, following, left = staff_list.neighbours(transaction, by, query, context.piece)
            others["own_controls"] = control_queries.own_controls(
                transaction, by, portal_now(), context, previous
            )
            others["neighbours"] = answers.neighbours(previous, following, left)
    answer = answers.staff_piece_as(api.StaffPieceDetail, context, **others)
    return Reply(answer, {"ETag": context.etag})


@views.serves(api.control_piece)
def control_piece(piece_id: str, headers: api.IfMatch, body: api.Control) -> Reply[api.StaffPiece]:
    context = controls.control_piece(access.caller(), piece_id, headers.if_match, _decision(body))
    return Reply(answers.staff_piece(context), {"ETag": context.etag})


@views.serves(api.take_back_control)
def take_back_control(piece_id: str, headers: api.IfMatch) -> Reply[api.StaffPiece]:
    context = controls.take_back_control(access.caller(), piece_id, headers.if_match)
    return Reply(answers.staff_piece(context), {"ETag": context.etag})


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
    """Those that were refused a control, by id; none while the database is away: what was done is
    to be answered."""
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
        return api.ControlResult(piece_id=piece_id, piece=answers.staff_piece(result))
    return api.ControlResult(
        piece_id=piece_id,
        http_status=result.http_status,
        problem=json.loads(problems.of_domain_error(result).get_data()),
        current=answers.staff_piece(current[piece_id]) if piece_id in current else None,
    )
