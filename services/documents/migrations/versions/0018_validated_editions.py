"""Editions print that their version was validated online. The version before prints the place to sign instead."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("editions", sa.Column("validated_at", sa.Text()))


def downgrade() -> None:
    op.drop_column("editions", "validated_at")
