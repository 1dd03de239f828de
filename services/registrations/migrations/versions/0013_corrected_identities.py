"""The identity that staff corrected last is kept with its candidate, for candidatures that are restored later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("candidates", sa.Column("corrected_identity", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    op.drop_column("candidates", "corrected_identity")
