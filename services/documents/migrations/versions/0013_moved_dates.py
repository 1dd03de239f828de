"""Editions of saved versions, which print dates that have moved since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import is_postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "editions",
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("candidature_id", "version", "edition", name="pk_editions"),
    )
    # What it holds is rendered again: its key has one more column.
    op.drop_table("drawn_papers")
    _create_drawn_papers(sa.Column("edition", sa.Integer(), primary_key=True, server_default="1"))


def downgrade() -> None:
    op.drop_table("drawn_papers")
    _create_drawn_papers()
    op.drop_table("editions")


def _create_drawn_papers(*further_keys: sa.Column[int]) -> None:
    op.create_table(
        "drawn_papers",
        sa.Column("candidature_id", sa.String(32), primary_key=True),
        sa.Column("type", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        *further_keys,
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidature_id"],
            ["candidatures.id"],
            name="fk_drawn_papers_candidature_id_candidatures",
            ondelete="CASCADE",
        ),
        prefixes=["UNLOGGED"] if is_postgresql() else [],
    )
