"""A gestionnaire controls pieces, one or many: sets their status. Of two at the same time the first one wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.chassis.database.transactions import is_database_unavailable
from services.chassis.errors import (
    Conflict,
    DomainError,
    FieldError,
    Invalid,
    PreconditionFailed,
    PreconditionRequired,
    Unavailable,
)
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.web.access_tokens import Caller
from services.contracts import problem_types
from services.contracts.piece_rules import Status
from services.pieces.domain import control as rules
from services.pieces.domain.control import Decision
from services.pieces.models import AuditEntry, Control, db
from services.pieces.operations.refusal_notices import plan_notice
from services.pieces.queries.pieces import (
    PieceContext,
    latest_control,
    lock_candidature_of_piece,
    piece_within_academies,
)

log = structlog.get_logger()


@dataclass(frozen=True)
class ControlRequest:
    """A decision on a piece. `if_match`: the etag with which the piece was read, as the If-Match header has it."""

    piece_id: str
    if_match: str | None
    decision: Decision


def control_piece(by: Caller, request: ControlRequest) -> PieceContext:
    """Set the status; returns the piece as it then is. The same control again, by the same gestionnaire, changes
    nothing: who got no answer may repeat it.

    Raises NotFound outside the académies, PreconditionRequired, PreconditionFailed, Conflict for another file than
    the current one, Invalid.
    """
    if not request.if_match:
        raise PreconditionRequired("Indiquez dans If-Match l'etag de la pièce que vous avez examinée.")
    with db.operation() as session:
        lock_candidature_of_piece(session, request.piece_id)
        context = piece_within_academies(session, by.academies, request.piece_id)
        if _is_made(session, context, by, request):
            return context
        now = portal_now()
        _check(context, request.if_match, request.decision, now)
        before = {"status": context.piece.status}
        row = _apply(context, request.decision, by.id, now)
        session.add(row)
        after = {"status": row.status, "deposit_id": row.deposit_id}
        AuditEntry.record(
            session, Actor("staff", by.id), "piece.controlled", context.piece.id, before=before, after=after
        )
        plan_notice(session, context)
        session.flush()
        return piece_within_academies(session, by.academies, request.piece_id)


def control_many(by: Caller, requests: Sequence[ControlRequest]) -> list[PieceContext | DomainError]:
    """Carry out each request in its own transaction, in order; returns for each its piece as it then is, or its error.

    Once the database is away no more are tried. Raises Unavailable where not even the first could be carried out.
    """
    results: list[PieceContext | DomainError] = []
    unavailable: Unavailable | None = None
    for request in requests:
        result = unavailable or _control_or_error(by, request)
        unavailable = result if isinstance(result, Unavailable) else None
        if unavailable and not results:
            raise unavailable
        results.append(result)
    return results


def _control_or_error(by: Caller, request: ControlRequest) -> PieceContext | DomainError:
    try:
        return control_piece(by, request)
    except DomainError as error:
        return error
    except SQLAlchemyError as error:
        if not is_database_unavailable(error):
            raise
        log.error("database_away", reason=reason_of(error), frames=frames_of(error))
        return Unavailable("Cette pièce n'a pas pu être contrôlée pour le moment.")


def _is_made(session: Session, context: PieceContext, by: Caller, request: ControlRequest) -> bool:
    """Whether the piece is as this control, made on the state that it was read in, has left it."""
    before = rules.etag(context.piece.id, context.piece.revision - 1)
    last = latest_control(session, context.piece.id)
    if last is None or last.staff_id != by.id or not rules.if_match_names(request.if_match or "", before):
        return False
    made = Decision(last.deposit_id, Status(last.status), last.comment, last.received_on, last.reopened_until)
    current_id = context.deposit.id if context.deposit else None
    return rules.is_repeated(request.decision, made) and current_id == last.deposit_id and context.status is made.status


def _check(context: PieceContext, if_match: str, decision: Decision, now: datetime) -> None:
    if not rules.if_match_names(if_match, context.etag):
        raise PreconditionFailed("Cette pièce a changé depuis que vous l'avez lue.", etag=context.etag)
    current_id = context.deposit.id if context.deposit else None
    if decision.deposit_id != current_id:
        raise Conflict(
            "Le fichier examiné n'est plus celui de la pièce.",
            problem=problem_types.DEPOSIT_REPLACED,
            errors=(FieldError("#/deposit_id", "Ce dépôt n'est pas le dépôt courant de la pièce."),),
        )
    if errors := rules.decision_errors(decision, now, context.scan):
        raise Invalid(errors=errors)


def _apply(context: PieceContext, decision: Decision, staff_id: str, now: datetime) -> Control:
    """Change the piece; returns the row of history, not added yet."""
    piece = context.piece
    until = rules.reopened_until(decision, context.period, now)
    row = Control(
        piece_id=piece.id,
        deposit_id=decision.deposit_id,
        status=decision.status.value,
        comment=decision.comment,
        received_on=decision.received_on,
        reopened_until=until,
        staff_id=staff_id,
        controlled_at=now,
    )
    piece.take_status_of(row)
    piece.reopened_until = until
    piece.revision += 1
    return row
