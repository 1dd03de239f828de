"""Uploads that go on where they broke; what an instant look found in a deposited file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CURRENT = sa.text("removed_at IS NULL")


def upgrade() -> None:
    op.add_column("deposits", sa.Column("converted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deposits", sa.Column("pages", sa.Integer(), nullable=True))
    op.add_column("deposits", sa.Column("look", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("candidate_id", sa.String(32), nullable=False),
        sa.Column("piece_id", sa.String(32), nullable=False),
        sa.Column("filename", sa.String(300), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.Column("deposit_id", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_uploads_piece_id_pieces", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits.id"], name="fk_uploads_deposit_id_deposits", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_uploads_candidate_id", "uploads", ["candidate_id"])
    op.create_index("ix_uploads_piece_id", "uploads", ["piece_id"])
    op.create_index("ix_uploads_deposit_id", "uploads", ["deposit_id"])
    op.create_index("ix_uploads_touched_at", "uploads", ["touched_at"])
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.String(32), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "start", name="pk_upload_parts"),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name="fk_upload_parts_upload_id_uploads", ondelete="CASCADE"
        ),
        prefixes=_kept_out_of_backups(),
    )


def downgrade() -> None:
    op.drop_table("upload_parts")
    op.drop_table("uploads")
    op.drop_index("uq_deposits_current", "deposits")
    with op.batch_alter_table("deposits") as deposits:
        for column in ("look", "pages", "converted"):
            deposits.drop_column(column)
    op.create_index(
        "uq_deposits_current", "deposits", ["piece_id"], unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
    )


def _kept_out_of_backups() -> list[str]:
    """Bytes on their way are not worth a place in the journal: after a crash of the server an upload begins anew."""
    return ["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else []
