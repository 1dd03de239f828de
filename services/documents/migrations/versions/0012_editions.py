"""A version of a candidature has several editions of a document; the reason of a withdrawal may be shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = {"edition": (sa.Integer(), "1"), "is_reason_shown": (sa.Boolean(), sa.false())}
_ONE_EDITION = "uq_documents_candidature_id_type_version"


def upgrade() -> None:
    existing = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("documents")}
    for name, (kind, default) in _COLUMNS.items():
        if name not in existing:  # an interrupted run added it
            op.add_column("documents", sa.Column(name, kind, nullable=False, server_default=default))
    with step_by_step():
        create_index("uq_documents_edition", "documents", ["candidature_id", "type", "version", "edition"], unique=True)
    with op.batch_alter_table("documents") as documents:
        documents.drop_constraint(_ONE_EDITION)


def downgrade() -> None:
    op.execute("DELETE FROM documents WHERE edition > 1")
    with op.batch_alter_table("documents") as documents:
        documents.create_unique_constraint(_ONE_EDITION, ["candidature_id", "type", "version"])
    with step_by_step():
        drop_index("uq_documents_edition")
    with op.batch_alter_table("documents") as documents:
        for name in _COLUMNS:
            documents.drop_column(name)
