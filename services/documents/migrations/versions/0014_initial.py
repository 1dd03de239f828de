"""The tables of documents as they stood before tasks."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import create_audit_entries
from services.chassis.database.migrations import is_postgresql, refuse_to_erase_all
from services.chassis.tasks.migrations import create_event_tables
from services.objects.migrations import KEY, add_object_tables
from services.uploads.migrations import create_uploads

revision = "0014"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_audit_entries()
    create_event_tables()
    add_object_tables()
    op.create_table(
        "candidatures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidate_id", sa.String(64), nullable=False, index=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("exam_label", sa.Text(), nullable=False),
        sa.Column("session_label", sa.Text(), nullable=False),
        sa.Column("academie_code", sa.String(8), nullable=False),
        sa.Column("academie_label", sa.Text(), nullable=False),
        sa.Column("specialite", sa.Text()),
        sa.Column("numero_candidat", sa.String(32), nullable=False, index=True),
        sa.Column("numero_inscription", sa.String(16), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.CheckConstraint("version > 0", name="ck_candidatures_version_positive"),
        sa.Index("ix_candidatures_session", "session_label", "exam_label"),
    )
    op.create_table(
        "editions",
        sa.Column("candidature_id", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("edition", sa.Integer(), primary_key=True),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("edited_at", MOMENT, nullable=False),
    )
    op.create_table(
        "exam_documents",
        sa.Column("exam", sa.String(64), primary_key=True),
        sa.Column("exam_label", sa.Text(), nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("created_at", MOMENT, nullable=False),
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
        sa.Column("ready", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("publication_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("withdrawal_reason", sa.Text()),
        sa.Column("type_label", sa.Text()),
        sa.Column("headings", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("unfilled", sa.Integer(), nullable=False, server_default="0"),
        sa.Index("ix_imports_academie_code_created_at", "academie_code", "created_at", "id"),
        sa.Index("ix_imports_created_at", "created_at", "id"),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("paragraphs", sa.JSON(), nullable=False),
        sa.Column("candidatures", sa.JSON(), nullable=False),
        sa.Column("pdf_key", KEY, unique=True),
        sa.Column("order_digest", sa.String(64)),
    )
    op.create_table(
        "withdrawals",
        sa.Column("candidature_id", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=False),
        sa.Column("ecartee", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id", ondelete="CASCADE"), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("pdf_key", KEY, nullable=False, unique=True),
        sa.Column("pdf_size", sa.Integer(), nullable=False),
        sa.Column("pdf_sha256", sa.String(64), nullable=False),
        sa.Column("html_key", KEY, nullable=False, unique=True),
        sa.Column("html_size", sa.Integer(), nullable=False),
        sa.Column("html_sha256", sa.String(64), nullable=False),
        sa.Column("opened_at", MOMENT),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("withdrawal_reason", sa.Text()),
        sa.Column("type_label", sa.Text()),
        sa.Column("edition", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("is_reason_shown", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Index("uq_documents_edition", "candidature_id", "type", "version", "edition", unique=True),
    )
    op.create_table(
        "drawn_papers",
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("type", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        prefixes=["UNLOGGED"] if is_postgresql() else [],
    )
    op.create_table(
        "import_documents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("import_id", sa.String(32), sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("numero_candidat", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("filename", sa.Text()),
        sa.Column("pdf_key", KEY, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.UniqueConstraint("import_id", "position"),
        sa.Index("ix_import_documents_import_id_numero_candidat", "import_id", "numero_candidat"),
    )
    op.create_table(
        "import_refusals",
        sa.Column("import_id", sa.String(32), sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("numero_candidat", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cells", sa.JSON()),
    )
    op.create_table(
        "saved_versions",
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("payload", sa.JSON(), nullable=False),
    )
    create_uploads(
        sa.Column("staff_id", sa.String(64), nullable=False, index=True),
        sa.Column("import_id", sa.String(32), sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("taken_by", sa.String(32)),
    )


downgrade = refuse_to_erase_all
