"""Deposits have what acts in their file."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("deposits", sa.Column("active_contents", sa.JSON()))


def downgrade() -> None:
    op.drop_column("deposits", "active_contents")
