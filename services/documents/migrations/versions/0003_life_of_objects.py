"""Keys of objects say whose they are; what is replaced is retired, with a date until which it stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.objects import migrations
from services.objects.migrations import KEY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.add_object_tables()
    with op.batch_alter_table("documents") as documents:
        for column in ("pdf_key", "html_key"):
            documents.alter_column(column, existing_type=sa.String(100), type_=KEY, existing_nullable=False)
    with op.batch_alter_table("publications") as publications:
        publications.alter_column("pdf_key", existing_type=sa.String(100), type_=KEY, existing_nullable=True)
        publications.create_unique_constraint("uq_publications_pdf_key", ["pdf_key"])
        publications.add_column(sa.Column("order_digest", sa.String(64)))


def downgrade() -> None:
    # Keys of today stay whole: they are longer than what the columns held before.
    with op.batch_alter_table("publications") as publications:
        publications.drop_column("order_digest")
        publications.drop_constraint("uq_publications_pdf_key")
        publications.alter_column("pdf_key", existing_type=KEY, type_=sa.String(500), existing_nullable=True)
    with op.batch_alter_table("documents") as documents:
        for column in ("pdf_key", "html_key"):
            documents.alter_column(column, existing_type=KEY, type_=sa.String(500), existing_nullable=False)
    migrations.drop_object_tables()
