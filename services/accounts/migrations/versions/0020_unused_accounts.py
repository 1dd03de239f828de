"""When the owner of an unused account was told that it will be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("warned_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("accounts", "warned_at")  # a table made anew would lose its trigger
