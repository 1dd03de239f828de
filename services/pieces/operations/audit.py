"""The trail of what candidates and staff do to pieces: written in the transaction of the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.pieces.models import AuditEntry


@dataclass(frozen=True)
class Actor:
    """Who acts: a candidate or a member of staff, by id."""

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
    """Add an entry; file names and comments stay in the rows of history, named here by id."""
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
