"""The audit trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.audit import AuditColumns
from services.chassis.database.audit_indexes import audit_indexes
from services.chassis.database.transactions import UtcDateTime
from services.registrations.models.database import db


class AuditEntry(AuditColumns, db.Model):
    """Who did what to what, and when: rows are only added. Before and after hold no civil status."""

    __tablename__ = "audit"
    __table_args__ = audit_indexes("audit", "actor")

    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[str] = mapped_column("actor", String(64))
