"""What waits for a control, for the home page of a gestionnaire: numbers by session and regroupement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from services.pieces.models import TO_CONTROL, Candidature, Deposit, Piece, Withdrawal
from services.pieces.queries.pieces import WAS_CONTROLLED, is_not_withdrawn

_BY = (
    Candidature.exam_code,
    Candidature.session_name,
    Candidature.session_label,
    Piece.group_code,
    Piece.group_label,
)


@dataclass(frozen=True)
class WaitingPieces:
    """Pieces of one session and regroupement that have a file and no status; not what was validated without a file.

    `validated`: those of them that their candidate has declared complete; `sent_again`: those that a gestionnaire has
    controlled before; `oldest`: when the file that has waited longest was deposited.
    """

    exam: str
    session: str
    session_label: str
    regroupement: str
    regroupement_label: str
    number: int
    validated: int
    sent_again: int
    oldest: datetime


def waiting_pieces(session: Session, academies: frozenset[str] | None) -> list[WaitingPieces]:
    """What waits within these académies (None: all), the longest waiting first."""
    oldest = func.min(Deposit.deposited_at)
    query = (
        select(
            *_BY,
            func.count(),
            func.count(Piece.validated_at),
            func.sum(case((WAS_CONTROLLED, 1), else_=0)),
            oldest,
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
    return [WaitingPieces(*row) for row in session.execute(query)]
