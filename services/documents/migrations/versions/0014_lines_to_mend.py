"""Refused lines of a CSV are kept as they were sent, to be mended and sent again; lines left unfilled are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("headings", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("imports", sa.Column("unfilled", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("import_refusals", sa.Column("cells", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    op.drop_column("import_refusals", "cells")
    op.drop_column("imports", "unfilled")
    op.drop_column("imports", "headings")
