"""The audit trail of what candidates, staff and the service do to pieces, written in the transaction of the act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.pieces.models import AuditEntry


@dataclass(frozen=True)
class Actor:
    """Who acts. `kind`: candidate, staff or service; `id`: of the candidate or member of staff, or a service's name."""

    kind: str
    id: str


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add an entry. `action`: « deposit.made », « piece.controlled » …; `subject`: the piece's id.

    File names and comments are not copied into it: the rows that hold them are named by id.
    """
    session.add(
        AuditEntry(
            at=system_now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            action=action,
            subject=subject,
            before=before,
            after=after,
        )
    )
