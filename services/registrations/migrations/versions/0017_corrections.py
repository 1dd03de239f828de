"""Staff correct a candidature in a draft of their own, which no candidate has; a version says which rules were overridden."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # First, so that one that ended there is run again from its beginning.
    with step_by_step():
        create_index("ix_drafts_corrections", "drafts", ["modification_of"], "candidate_id IS NULL")
    with op.batch_alter_table("drafts") as drafts:
        drafts.alter_column("candidate_id", existing_type=sa.String(64), nullable=True)
        drafts.add_column(sa.Column("staff_id", sa.String(32)))
        drafts.add_column(sa.Column("modified_version", sa.Integer()))
    op.add_column("candidature_versions", sa.Column("overridden", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    with step_by_step():
        drop_index("ix_drafts_corrections")
    op.drop_column("candidature_versions", "overridden")
    op.execute("DELETE FROM drafts WHERE candidate_id IS NULL")
    with op.batch_alter_table("drafts") as drafts:
        drafts.drop_column("modified_version")
        drafts.drop_column("staff_id")
        drafts.alter_column("candidate_id", existing_type=sa.String(64), nullable=False)
