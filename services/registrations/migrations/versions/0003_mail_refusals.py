"""Staff see at which addresses mails are refused, and follow-ups are read by their types."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.tasks import migrations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_refusals",
        sa.Column("candidate_id", sa.String(64), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name="fk_mail_refusals_candidate_id_candidates"),
        sa.PrimaryKeyConstraint("candidate_id", "address", name="pk_mail_refusals"),
    )
    migrations.add_index_of_types()


def downgrade() -> None:
    migrations.drop_index_of_types()
    op.drop_table("mail_refusals")
