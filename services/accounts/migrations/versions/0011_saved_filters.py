"""A member of staff saves filters of the list of candidatures; the version before leaves them alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_members", sa.Column("saved_filters", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("staff_members", "saved_filters")
