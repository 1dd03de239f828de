"""Locks on candidatures, which whoever changes anything in their pieces takes first."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.pieces.models import Candidature, Piece


def lock_candidature_of_piece(transaction: Session, piece_id: str) -> None:
    """Let no other transaction change anything in that piece's candidature until the end of this
    one."""
    candidature_id = select(Piece.candidature_id).where(Piece.id == piece_id).scalar_subquery()
    transaction.execute(
        select(Candidature.id).where(Candidature.id == candidature_id).with_for_update()
    )


def lock_candidatures(transaction: Session, candidature_ids: Collection[str]) -> Sequence[str]:
    """Let no other transaction change anything in these candidatures, or remind of them, until the
    end of this one. Return the ids of those that there are."""
    query = (
        select(Candidature.id).where(Candidature.id.in_(candidature_ids)).order_by(Candidature.id)
    )
    return transaction.scalars(query.with_for_update()).all()
