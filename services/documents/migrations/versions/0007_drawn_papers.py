"""Papers that a web process drew, until the worker stores them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drawn_papers",
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("candidature_id", "type", "version", name="pk_drawn_papers"),
        sa.ForeignKeyConstraint(
            ["candidature_id"],
            ["candidatures.id"],
            name="fk_drawn_papers_candidature_id_candidatures",
            ondelete="CASCADE",
        ),
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],
    )


def downgrade() -> None:
    op.drop_table("drawn_papers")
