"""The table of services that send mails, made by their first migration."""

import sqlalchemy as sa
from alembic import op


def create_sent_mails() -> None:
    op.create_table(
        "sent_mails",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("owner_id", sa.String(64), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'refused')", name="ck_sent_mails_state_known"),
        sa.Index("ix_sent_mails_owner", "owner_id", "at", "id"),
    )
