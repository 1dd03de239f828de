"""« J'ai fourni toutes mes pièces »: a candidate validates a regroupement (guide §10)."""

from __future__ import annotations

from datetime import datetime

from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.chassis.errors import NotFound
from services.contracts import problem_types
from services.pieces.domain import refusals
from services.pieces.domain.piece import is_complete, validatable_indexes, validation_refusal
from services.pieces.models import AuditEntry, Validation, db
from services.pieces.queries.pieces import lock_candidature, own_candidature, pieces_of_candidature


def validate_group(candidate_id: str, candidature_id: str, group_code: str, at: datetime) -> None:
    """Freeze the pieces of the regroupement that are open at `at`; repeating it changes nothing.

    Raises NotFound, or DepositClosed saying what is missing or that it is too late.
    """
    with db.operation() as session:
        lock_candidature(session, candidature_id)
        own_candidature(session, candidate_id, candidature_id)
        contexts = pieces_of_candidature(session, candidature_id)
        group = [context for context in contexts if context.piece.group_code == group_code]
        if not group:
            raise NotFound()
        states = [context.state for context in group]
        if is_complete(states):
            return
        if reason := validation_refusal(states, at):
            raise refusals.DepositClosed(reason, problem=problem_types.VALIDATION_CLOSED)
        now, actor = portal_now(), Actor("candidate", candidate_id)
        for context in (group[index] for index in validatable_indexes(states, at)):
            piece, deposit_id = context.piece, context.deposit.id if context.deposit else None
            session.add(Validation(piece_id=piece.id, deposit_id=deposit_id, validated_at=now))
            piece.validated_at, piece.reopened_until = now, None
            piece.revision += 1
            AuditEntry.record(session, actor, "piece.validated", piece.id, after={"deposit_id": deposit_id})
