"""What the audit trail tells staff: who has opened a file lately, whose piece an entry names."""

from datetime import datetime, timedelta

from sqlalchemy import Subquery, func, literal, select
from sqlalchemy.orm import Session

from services.contracts.api.staff_pieces import RecentOpening
from services.pieces.models import AuditEntry, Candidature, Piece

OPENED = "deposit.opened"
"""The act of who opens a file, or a page of it."""
RECENT = timedelta(minutes=5)
"""A control takes less; who has opened it longer ago has left the piece undecided."""


def recent_openings_by_others(
    transaction: Session, piece_id: str, staff_id: str, now: datetime
) -> tuple[RecentOpening, ...]:
    """Return the last opening of the piece's file by each gestionnaire but `staff_id`, the newest
    first. `now`: system time, as the trail has."""
    last = func.max(AuditEntry.at)
    query = (
        select(AuditEntry.actor_id, last)
        .where(
            AuditEntry.subject == piece_id,
            AuditEntry.action == OPENED,
            AuditEntry.actor_kind == "staff",
            AuditEntry.actor_id != staff_id,
            AuditEntry.at >= now - RECENT,
        )
        .group_by(AuditEntry.actor_id)
        .order_by(last.desc())
    )
    return tuple(
        RecentOpening(staff_id=opened_by, at=at) for opened_by, at in transaction.execute(query)
    )


def numeros_candidat() -> Subquery:
    """Select (id, N° candidat, label) of candidatures and pieces."""
    own = select(Candidature.id, Candidature.numero_candidat, literal("").label("label"))
    of_pieces = select(Piece.id, Candidature.numero_candidat, Piece.code + " – " + Piece.label)
    of_pieces = of_pieces.join(Candidature, Candidature.id == Piece.candidature_id)
    return own.union_all(of_pieces).subquery()
