"""Notes who takes lists of pieces out of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.database.audit import Actor
from services.pieces.models import AuditEntry, db


def record_export(staff_id: str, filters: Mapping[str, Any]) -> None:
    """Note in the audit trail that this member of staff exports what these filters let pass."""
    with db.operation() as session:
        AuditEntry.record(session, Actor("staff", staff_id), "pieces.exported", "pieces", after=dict(filters))
