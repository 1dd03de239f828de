"""Removed files say how their piece stood then."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("deposits", sa.Column("piece_as_left", sa.JSON()))


def downgrade() -> None:
    op.drop_column("deposits", "piece_as_left")
