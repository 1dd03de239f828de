"""Of what was erased, up to which version: a later one is stored again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("withdrawals", sa.Column("erased_version", sa.Integer()))
    op.execute("UPDATE withdrawals SET erased_version = version WHERE version = 2147483647")  # of the erased, so far


def downgrade() -> None:
    op.drop_column("withdrawals", "erased_version")
