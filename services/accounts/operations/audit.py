"""The audit trail of what staff and administrators' commands do: written in the transaction of the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.accounts.models import AuditEntry
from services.chassis.clock import system_now


@dataclass(frozen=True)
class Actor:
    """Who acts: a staff member by id, or the command line by the name of the machine's user."""

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
    """Add an entry; neither secrets nor hashes belong in `before` and `after`."""
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
