"""How many files each candidate sent within the hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deposit_tries",
        sa.Column("candidate_id", sa.String(32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", name="pk_deposit_tries"),
    )
    op.create_index("ix_deposit_tries_since", "deposit_tries", ["since"])


def downgrade() -> None:
    op.drop_table("deposit_tries")
