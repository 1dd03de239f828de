"""Gestionnaires keep notes of a candidature; the audit trail is searched by who acted, how and when, and says from where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_indexes import create_audit_indexes, drop_audit_indexes
from services.chassis.database.migrations import step_by_step

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # First, so that one that ended there is run again from its beginning.
    with step_by_step():
        create_audit_indexes("audit", "actor")
    op.add_column("audit", sa.Column("address", sa.String(45)))
    op.create_table(
        "candidature_notes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_candidature_notes"),
        sa.ForeignKeyConstraint(
            ["candidature_id"], ["candidatures.id"], name="fk_candidature_notes_candidature_id_candidatures"
        ),
    )
    op.create_index("ix_candidature_notes_candidature", "candidature_notes", ["candidature_id", "at"])


def downgrade() -> None:
    with step_by_step():
        drop_audit_indexes("audit", "actor")
    op.drop_column("audit", "address")  # not in a batch, which recreates the table without its triggers
    op.drop_table("candidature_notes")
