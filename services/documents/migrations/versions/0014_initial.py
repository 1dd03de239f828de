"""The tables of documents as they stood before tasks."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import create_audit_entries
from services.chassis.database.migrations import indexed, is_postgresql, keys, optional, refuse_to_erase_all, required
from services.chassis.tasks.migrations import create_event_tables
from services.objects.tables import MIGRATED_KEY as KEY
from services.objects.tables import add_object_tables
from services.uploads.migrations import create_uploads

revision = "0014"
down_revision = None

ID, TYPE, NUMERO, STATE = sa.String(32), sa.String(32), sa.String(32), sa.String(16)
CODE, DIGEST, ACADEMIE, JSON = sa.String(64), sa.String(64), sa.String(8), sa.JSON()
TEXT, NUMBER, FLAG, MOMENT = sa.Text(), sa.Integer(), sa.Boolean(), sa.DateTime(timezone=True)


def upgrade() -> None:
    create_audit_entries()
    create_event_tables()
    add_object_tables()
    op.create_table(
        "candidatures",
        *keys(id=ID),
        indexed("candidate_id", CODE),
        *required(version=NUMBER, exam_label=TEXT, session_label=TEXT, academie_code=ACADEMIE, academie_label=TEXT),
        *optional(specialite=TEXT),
        indexed("numero_candidat", NUMERO),
        *required(numero_inscription=sa.String(16), saved_at=MOMENT),
        sa.CheckConstraint("version > 0", name="ck_candidatures_version_positive"),
        sa.Index("ix_candidatures_session", "session_label", "exam_label"),
    )
    op.create_table(
        "editions",
        *keys(candidature_id=ID, version=NUMBER, edition=NUMBER),
        *required(dates=JSON, edited_at=MOMENT),
    )
    op.create_table("exam_documents", *keys(exam=CODE), *required(exam_label=TEXT, declared_at=MOMENT, labels=JSON))
    op.create_table(
        "imports",
        *keys(id=ID),
        *required(created_at=MOMENT, actor=CODE, type=TYPE, source=sa.String(8), academie_code=ACADEMIE),
        *required(exam_label=TEXT, session_label=TEXT, title=TEXT, paragraphs=JSON, state=STATE, revision=NUMBER),
        *optional(filename=TEXT),
        *required(unused_columns=JSON, ready=NUMBER, refused=NUMBER, published=NUMBER, failed=NUMBER, withdrawn=NUMBER),
        *optional(publication_at=MOMENT, ended_at=MOMENT, withdrawal_reason=TEXT, type_label=TEXT),
        sa.Column("headings", JSON, nullable=False, server_default="[]"),
        sa.Column("unfilled", NUMBER, nullable=False, server_default="0"),
        sa.Index("ix_imports_academie_code_created_at", "academie_code", "created_at", "id"),
        sa.Index("ix_imports_created_at", "created_at", "id"),
    )
    op.create_table(
        "publications",
        *keys(id=ID),
        *required(at=MOMENT, actor=CODE, type=TYPE, title=TEXT, paragraphs=JSON, candidatures=JSON),
        sa.Column("pdf_key", KEY, unique=True),
        *optional(order_digest=DIGEST),
    )
    op.create_table(
        "withdrawals",
        *keys(candidature_id=ID),
        *required(version=NUMBER, withdrawn_at=MOMENT),
        sa.Column("ecartee", FLAG, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "documents",
        *keys(id=ID),
        sa.Column("candidature_id", ID, sa.ForeignKey("candidatures.id", ondelete="CASCADE"), nullable=False),
        *required(type=TYPE, version=NUMBER, label=TEXT, published_at=MOMENT),
        sa.Column("pdf_key", KEY, nullable=False, unique=True),
        *required(pdf_size=NUMBER, pdf_sha256=DIGEST),
        sa.Column("html_key", KEY, nullable=False, unique=True),
        *required(html_size=NUMBER, html_sha256=DIGEST),
        *optional(opened_at=MOMENT, withdrawn_at=MOMENT, withdrawal_reason=TEXT, type_label=TEXT),
        sa.Column("edition", NUMBER, nullable=False, server_default="1"),
        sa.Column("is_reason_shown", FLAG, nullable=False, server_default=sa.false()),
        sa.Index("uq_documents_edition", "candidature_id", "type", "version", "edition", unique=True),
    )
    op.create_table(
        "drawn_papers",
        sa.Column("candidature_id", ID, sa.ForeignKey("candidatures.id", ondelete="CASCADE"), primary_key=True),
        *keys(type=TYPE, version=NUMBER),
        *required(pdf=sa.LargeBinary(), html=sa.LargeBinary(), drawn_at=MOMENT),
        prefixes=["UNLOGGED"] if is_postgresql() else [],
    )
    op.create_table(
        "import_documents",
        *keys(id=ID),
        sa.Column("import_id", ID, sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
        *required(position=NUMBER, candidature_id=ID, numero_candidat=NUMERO, content=JSON),
        *optional(filename=TEXT),
        sa.Column("pdf_key", KEY, unique=True),
        *required(state=STATE),
        *optional(reason=TEXT),
        sa.UniqueConstraint("import_id", "position"),
        sa.Index("ix_import_documents_import_id_numero_candidat", "import_id", "numero_candidat"),
    )
    op.create_table(
        "import_refusals",
        sa.Column("import_id", ID, sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
        *keys(position=NUMBER),
        *required(place=TEXT, numero_candidat=NUMERO, reason=TEXT),
        *optional(cells=JSON),
    )
    op.create_table(
        "saved_versions",
        sa.Column("candidature_id", ID, sa.ForeignKey("candidatures.id", ondelete="CASCADE"), primary_key=True),
        *keys(version=NUMBER),
        *required(payload=JSON),
    )
    create_uploads(
        indexed("staff_id", CODE),
        sa.Column("import_id", ID, sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False, index=True),
        *optional(taken_by=ID),
    )


downgrade = refuse_to_erase_all
