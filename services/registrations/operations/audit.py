"""The audit trail: who did what to what, added within the transaction that does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session as DbSession

from services.registrations.models import AuditEntry


@dataclass(frozen=True)
class Actor:
    """`kind` is candidate, staff, service or operator (who types a command)."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def record(
    session: DbSession,
    actor: Actor,
    action: str,
    subject: str,
    at: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one row. `before` and `after` hold what changed, never civil status or typed answers."""
    session.add(
        AuditEntry(
            at=at, actor_kind=actor.kind, actor=actor.id, action=action, subject=subject, before=before, after=after
        )
    )
