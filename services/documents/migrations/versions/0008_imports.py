"""Imports of exam offices with their documents and refusals; withdrawn documents; the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import create_audit_entries, drop_audit_entries
from services.chassis.database.migrations import create_index, drop_index, step_by_step
from services.objects.migrations import KEY

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_candidatures_numero_candidat": ["numero_candidat"],
    "ix_candidatures_session": ["session_label", "exam_label"],
}
_COUNTS = ("ready", "refused", "published", "failed", "withdrawn")
_COLUMNS = {"withdrawn_at": sa.DateTime(timezone=True), "withdrawal_reason": sa.Text()}


def upgrade() -> None:
    existing = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("documents")}
    for name, kind in _COLUMNS.items():
        if name not in existing:  # an interrupted run added it
            op.add_column("documents", sa.Column(name, kind))
    if not sa.inspect(op.get_bind()).has_table("imports"):
        _create_imports()
        _create_rows_of_imports()
        create_audit_entries()
    with step_by_step():
        for name, columns in _INDEXES.items():
            create_index(name, "candidatures", columns)


def downgrade() -> None:
    with step_by_step():
        for name in _INDEXES:
            drop_index(name)
    drop_audit_entries()
    for table in ("import_refusals", "import_documents", "imports"):
        op.drop_table(table)
    with op.batch_alter_table("documents") as documents:
        for name in _COLUMNS:
            documents.drop_column(name)


def _create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("academie_code", sa.String(8), nullable=False),
        sa.Column("exam_label", sa.Text(), nullable=False),
        sa.Column("session_label", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("paragraphs", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("filename", sa.Text()),
        sa.Column("unused_columns", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.Column("publication_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawal_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_academie_code_created_at", "imports", ["academie_code", "created_at", "id"])
    op.create_index("ix_imports_created_at", "imports", ["created_at", "id"])


def _create_rows_of_imports() -> None:
    op.create_table(
        "import_documents",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("import_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("numero_candidat", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("filename", sa.Text()),
        sa.Column("pdf_key", KEY),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_import_documents"),
        sa.UniqueConstraint("import_id", "position", name="uq_import_documents_import_id_position"),
        sa.UniqueConstraint("pdf_key", name="uq_import_documents_pdf_key"),
        _of_import("import_documents"),
    )
    columns = ["import_id", "numero_candidat"]
    op.create_index("ix_import_documents_import_id_numero_candidat", "import_documents", columns)
    op.create_table(
        "import_refusals",
        sa.Column("import_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("numero_candidat", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "position", name="pk_import_refusals"),
        _of_import("import_refusals"),
    )


def _of_import(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["import_id"], ["imports.id"], name=f"fk_{table}_import_id_imports", ondelete="CASCADE"
    )
