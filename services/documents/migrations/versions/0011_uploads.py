"""Files of imports on their way in parts."""

from __future__ import annotations

import sqlalchemy as sa

from services.uploads.migrations import create_uploads, drop_uploads

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_uploads(
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("import_id", sa.String(32), nullable=False),
        sa.Column("taken_by", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_uploads_import_id_imports", ondelete="CASCADE"),
        indexes=("staff_id", "import_id", "touched_at"),
    )


downgrade = drop_uploads
