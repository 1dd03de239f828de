"""Openings know on which days their candidates are reminded, drafts for which of them they were looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # First, so that one that ended there is run again from its beginning.
    with step_by_step():
        create_index("ix_drafts_open", "drafts", ["opening_id", "id"], "closed_at IS NULL")
    for name in ("reminder_days", "draft_reminder_days"):
        op.add_column("openings", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("openings", sa.Column("refusal_mails", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("drafts", sa.Column("reminder_rung", sa.String(40)))


def downgrade() -> None:
    with step_by_step():
        drop_index("ix_drafts_open")
    op.drop_column("drafts", "reminder_rung")
    for name in ("refusal_mails", "draft_reminder_days", "reminder_days"):
        op.drop_column("openings", name)
