"""The table of services that send mails, made by their first migration, and what was added to it
since."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import indexed, keys, required


def create_sent_mails() -> None:
    op.create_table(
        "sent_mails",
        *keys(id=sa.String(64)),
        *required(
            owner_id=sa.String(64), address=sa.String(320), subject=sa.String(300), text=sa.Text()
        ),
        indexed("at", sa.DateTime(timezone=True)),
        *required(state=sa.String(10)),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'refused')", name="ck_sent_mails_state_known"
        ),
        sa.Index("ix_sent_mails_owner", "owner_id", "at", "id"),
    )


def add_about() -> None:
    """A sent mail says what alone it tells of."""
    op.add_column("sent_mails", sa.Column("about", sa.String(64)))


def drop_about() -> None:
    op.drop_column("sent_mails", "about")
