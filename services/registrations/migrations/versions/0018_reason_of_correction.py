"""A correction keeps its reason while it is not saved."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("drafts", sa.Column("reason", sa.Text()))


def downgrade() -> None:
    op.drop_column("drafts", "reason")
