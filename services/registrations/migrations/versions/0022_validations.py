"""Candidatures that are validated online: which are, by whom and when each version was. The version before leaves these
columns as they are: it saves all versions to be certified on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("candidatures", sa.Column("validation", sa.String(16)))
    op.add_column("candidatures", sa.Column("reminder_rung", sa.String(40)))
    op.add_column("version_editions", sa.Column("validated_at", sa.Text()))
    op.create_table(
        "candidature_validations",
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("candidature_validations")
    op.drop_column("version_editions", "validated_at")
    op.drop_column("candidatures", "reminder_rung")
    op.drop_column("candidatures", "validation")
