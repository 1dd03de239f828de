"""Who was reminded of what, when; the candidatures of an opening are read in order, refused pieces by their end.

The new index of openings begins like the old one, which the version before reads: it does as well for it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPENING = ["exam_code", "session_name", "academie_code"]


def upgrade() -> None:
    # First, so that one that ended there is run again from its beginning.
    with step_by_step():
        create_index("ix_candidatures_opening", "candidatures", [*OPENING, "id"])
        create_index("ix_pieces_reopened", "pieces", ["reopened_until", "id"], "reopened_until IS NOT NULL")
    op.add_column("windows", sa.Column("reminder_days", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("windows", sa.Column("refusal_mails", sa.Boolean(), nullable=False, server_default=sa.false()))
    _create_reminders()
    op.create_table(
        "reminder_rounds",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "refusal_notices",
        sa.Column("control_sequence", sa.Integer(), autoincrement=False, primary_key=True),
        sa.Column("event_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["control_sequence"], ["controls.sequence"], ondelete="CASCADE"),
    )


def downgrade() -> None:
    with step_by_step():
        drop_index("ix_pieces_reopened")
        create_index("ix_candidatures_opening", "candidatures", OPENING)
    op.drop_table("refusal_notices")
    op.drop_table("reminder_rounds")
    op.drop_table("reminders")
    op.drop_column("windows", "refusal_mails")
    op.drop_column("windows", "reminder_days")


def _create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("group_code", sa.String(64), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer()),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.String(64)),
        sa.Column("event_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["candidature_id"], ["candidatures.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("candidature_id", "group_code", "deadline", "days", name="uq_reminders_rung"),
    )
    op.create_index("ix_reminders_candidature_id", "reminders", ["candidature_id", "reminded_at"])
