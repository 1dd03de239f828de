"""Who else has a piece's file open: gestionnaires whose pages of it were made in the last minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.contracts.api.staff_pieces import RecentOpening
from services.pieces.models import AuditEntry

RECENT = timedelta(minutes=5)
"""A control takes less; who has looked longer ago has left the piece undecided."""


def recent_openings_by_others(session: Session, piece_id: str, staff_id: str, now: datetime) -> list[RecentOpening]:
    """The last opening of each gestionnaire but `staff_id`, the newest first. `now`: system time, as the trail has."""
    last = func.max(AuditEntry.at)
    query = (
        select(AuditEntry.actor_id, last)
        .where(
            AuditEntry.subject == piece_id,
            AuditEntry.action == "deposit.opened",
            AuditEntry.actor_kind == "staff",
            AuditEntry.actor_id != staff_id,
            AuditEntry.at >= now - RECENT,
        )
        .group_by(AuditEntry.actor_id)
        .order_by(last.desc())
    )
    return [RecentOpening(staff_id=row[0], at=row[1]) for row in session.execute(query)]
