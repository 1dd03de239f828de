"""Editions of saved versions, which print dates that have moved since; how far an opening's candidatures are looked
through for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("openings", sa.Column("looked_through", sa.String(32)))
    op.create_table(
        "version_editions",
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(36)),
        sa.PrimaryKeyConstraint("candidature_id", "version", "edition", name="pk_version_editions"),
        sa.ForeignKeyConstraint(
            ["candidature_id"], ["candidatures.id"], name="fk_version_editions_candidature_id_candidatures"
        ),
    )


def downgrade() -> None:
    op.drop_table("version_editions")
    with op.batch_alter_table("openings") as openings:
        openings.drop_column("looked_through")
