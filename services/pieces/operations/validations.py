"""« J'ai fourni toutes mes pièces »: a candidate validates a regroupement."""

from __future__ import annotations

from datetime import datetime

from services.chassis.clock import portal_now
from services.chassis.errors import NotFound
from services.contracts import problem_types
from services.pieces.domain import refusals
from services.pieces.domain.validation import covered, is_complete, validation_refusal
from services.pieces.models import Validation, db
from services.pieces.operations.audit import Actor, record
from services.pieces.queries.dossiers import dossiers_of, lock_candidature, own_candidature


def validate_group(candidate_id: str, candidature_id: str, group_code: str, at: datetime) -> None:
    """Freeze the pieces of the regroupement that are open at `at`; a repetition changes nothing.

    Raises NotFound, or DepositClosed saying what is missing or that it is too late.
    """
    with db.operation() as session:
        lock_candidature(session, candidature_id)
        own_candidature(session, candidate_id, candidature_id)
        group = [one for one in dossiers_of(session, candidature_id) if one.piece.group_code == group_code]
        if not group:
            raise NotFound()
        states = [one.state for one in group]
        if is_complete(states):
            return
        if reason := validation_refusal(states, at):
            raise refusals.DepositClosed(reason, problem=problem_types.VALIDATION_CLOSED)
        now, actor = portal_now(), Actor("candidate", candidate_id)
        for dossier in (group[index] for index in covered(states, at)):
            piece, deposit_id = dossier.piece, dossier.deposit.id if dossier.deposit else None
            session.add(Validation(piece_id=piece.id, deposit_id=deposit_id, validated_at=now))
            piece.validated_at, piece.reopened_until = now, None
            piece.revision += 1
            record(session, actor, "piece.validated", piece.id, after={"deposit_id": deposit_id})
