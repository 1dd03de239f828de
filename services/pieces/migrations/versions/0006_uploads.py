"""Uploads that go on where they broke; what an instant look found in a deposited file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.uploads.migrations import create_uploads, drop_uploads

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CURRENT = sa.text("removed_at IS NULL")


def upgrade() -> None:
    op.add_column("deposits", sa.Column("converted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deposits", sa.Column("pages", sa.Integer(), nullable=True))
    op.add_column("deposits", sa.Column("look", sa.JSON(), nullable=False, server_default="[]"))
    create_uploads(
        sa.Column("candidate_id", sa.String(32), nullable=False),
        sa.Column("piece_id", sa.String(32), nullable=False),
        sa.Column("deposit_id", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_uploads_piece_id_pieces", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits.id"], name="fk_uploads_deposit_id_deposits", ondelete="CASCADE"
        ),
        indexes=("candidate_id", "piece_id", "deposit_id", "touched_at"),
    )


def downgrade() -> None:
    drop_uploads()
    op.drop_index("uq_deposits_current", "deposits")
    with op.batch_alter_table("deposits") as deposits:
        for column in ("look", "pages", "converted"):
            deposits.drop_column(column)
    op.create_index(
        "uq_deposits_current", "deposits", ["piece_id"], unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
    )
