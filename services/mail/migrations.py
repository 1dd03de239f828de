"""The table of services that send mails, made by their first migration, and what was added to it since."""

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


def add_about() -> None:
    """A sent mail says what alone it tells of."""
    op.add_column("sent_mails", sa.Column("about", sa.String(64)))


def drop_about() -> None:
    op.drop_column("sent_mails", "about")
