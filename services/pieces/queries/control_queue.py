"""What waits for a control, for the home page of a gestionnaire: numbers by session and regroupement."""

from __future__ import annotations

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from services.contracts.api.operation import answer_of
from services.contracts.api.staff_pieces import ControlQueue, WaitingPieces
from services.pieces.models import TO_CONTROL, Candidature, Deposit, Piece, Withdrawal
from services.pieces.queries.pieces import WAS_CONTROLLED, is_not_withdrawn

_BY = (
    Candidature.exam_code.label("exam"),
    Candidature.session_name.label("session"),
    Candidature.session_label,
    Piece.group_code.label("regroupement"),
    Piece.group_label.label("regroupement_label"),
)


def waiting_pieces(session: Session, academies: frozenset[str] | None) -> ControlQueue:
    """What waits within these académies (None: all), the longest waiting first."""
    oldest = func.min(Deposit.deposited_at)
    query = (
        select(
            *_BY,
            func.count().label("number"),
            func.count(Piece.validated_at).label("validated"),
            func.sum(case((WAS_CONTROLLED, 1), else_=0)).label("sent_again"),
            oldest.label("oldest"),
        )
        .select_from(Piece)
        .join(Candidature, Candidature.id == Piece.candidature_id)
        .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
        .join(Deposit, and_(Deposit.piece_id == Piece.id, Deposit.removed_at.is_(None)))
        .where(TO_CONTROL, Piece.deposited, is_not_withdrawn())
        .group_by(*_BY)
        .order_by(oldest, *_BY)
    )
    if academies is not None:  # said of both tables, so that each is read by its index
        query = query.where(Piece.academie_code.in_(academies), Candidature.academie_code.in_(academies))
    return ControlQueue(items=tuple(answer_of(WaitingPieces, row) for row in session.execute(query)))
