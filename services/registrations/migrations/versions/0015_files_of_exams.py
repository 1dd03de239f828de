"""An exam keeps the files that it was loaded from, for an administrator to download."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exams", sa.Column("files", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("exams", "files")
