"""Copies of one's data."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "personal_copies",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(32), nullable=False, index=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.BigInteger()),
        sa.Column("expires_at", sa.DateTime(timezone=True), index=True),
    )


def downgrade() -> None:
    op.drop_table("personal_copies")
