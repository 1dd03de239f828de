"""The audit trail is searched by who acted, how and when, and says from where; nobody waits for these steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_indexes import create_audit_indexes, drop_audit_indexes
from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with step_by_step():
        create_audit_indexes("audit_entries")
        create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.add_column("audit_entries", sa.Column("address", sa.String(45)))


def downgrade() -> None:
    with step_by_step():
        drop_audit_indexes("audit_entries")
        drop_index("ix_audit_entries_at")
    op.drop_column("audit_entries", "address")  # not in a batch, which recreates the table without its triggers
