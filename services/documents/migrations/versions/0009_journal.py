"""The audit trail is searched by who acted and when; nobody waits for these steps."""

from __future__ import annotations

from services.chassis.database.audit_indexes import create_audit_indexes, drop_audit_indexes
from services.chassis.database.migrations import step_by_step

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with step_by_step():
        create_audit_indexes("audit_entries")


def downgrade() -> None:
    with step_by_step():
        drop_audit_indexes("audit_entries")
