"""The audit trail of registrations."""

from sqlalchemy import (
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.audit import AuditColumns, audit_indexes
from services.chassis.database.audit_chain import AuditChain
from services.registrations.models.base import db


class AuditEntry(AuditColumns, db.Model):
    """Who did what to what, and when: rows are only added. Before and after hold no civil
    status."""

    __tablename__ = "audit"
    __table_args__ = audit_indexes("audit", "actor")

    actor_id: Mapped[str] = mapped_column("actor", String(64))


audit_chain = AuditChain(db, AuditEntry)
