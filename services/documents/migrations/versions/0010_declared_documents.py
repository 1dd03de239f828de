"""Documents that exams' catalogues declare; the label of such a type stays with what was published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = ("documents", "imports")


def upgrade() -> None:
    op.create_table(
        "exam_documents",
        sa.Column("exam", sa.String(64), nullable=False),
        sa.Column("exam_label", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exam", name="pk_exam_documents"),
    )
    for table in _TABLES:
        op.add_column(table, sa.Column("type_label", sa.Text()))


def downgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table) as altered:
            altered.drop_column("type_label")
    op.drop_table("exam_documents")
