"""Candidatures have the number of the state of their pieces that was told last."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    number = sa.Column("state_number", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("candidatures", number)


def downgrade() -> None:
    op.drop_column("candidatures", "state_number")
