"""A control can be taken back: it knows what it replaced, and whether it counts. A gestionnaire's own are read by an
index. The version before writes controls that count and know nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("controls")}
    for column in (
        sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("before", sa.JSON()),
    ):
        if column.name not in known:  # a later step was cut short
            op.add_column("controls", column)
    with step_by_step():
        create_index("ix_controls_staff", "controls", ["staff_id", "controlled_at"])


def downgrade() -> None:
    with step_by_step():
        drop_index("ix_controls_staff")
    # For the version before each control counts; the audit trail keeps what was decided and taken back.
    op.execute("DELETE FROM refusal_notices WHERE control_sequence IN (SELECT sequence FROM controls WHERE NOT counts)")
    op.execute("DELETE FROM controls WHERE NOT counts")
    op.drop_column("controls", "before")
    op.drop_column("controls", "counts")
