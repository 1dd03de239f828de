"""PDFs that exam offices send wait for their check. The version before does not read the table."""

import sqlalchemy as sa
from alembic import op

from services.objects.migrations import KEY

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sendings",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("import_id", sa.String(32), sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("owner_id", sa.String(64), nullable=False),
        sa.Column("publisher", sa.JSON(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("object_key", KEY, unique=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("files_checked", sa.Integer(), nullable=False),
        sa.Column("has_turn", sa.Boolean(), nullable=False),
        sa.Index("ix_sendings_owner_id_given_at", "owner_id", "given_at"),
    )


def downgrade() -> None:
    op.drop_table("sendings")
