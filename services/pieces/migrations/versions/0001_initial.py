"""The tables of pieces; audit entries are only ever added, triggers of the database refuse the rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.tasks.migrations import create_event_tables, drop_event_tables

from services.chassis.database.audit_migrations import create_audit_entries, drop_audit_entries

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_audit_entries()

    op.create_table(
        "candidatures",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("candidate_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("exam_code", sa.String(length=64), nullable=False),
        sa.Column("exam_label", sa.Text(), nullable=False),
        sa.Column("session_name", sa.String(length=64), nullable=False),
        sa.Column("session_label", sa.Text(), nullable=False),
        sa.Column("academie_code", sa.String(length=8), nullable=False),
        sa.Column("academie_label", sa.Text(), nullable=False),
        sa.Column("specialite", sa.Text(), nullable=True),
        sa.Column("numero_candidat", sa.String(length=32), nullable=False),
        sa.Column("numero_inscription", sa.String(length=16), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("prenoms", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="ck_candidatures_version_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_candidatures"),
    )
    op.create_index("ix_candidatures_academie_code", "candidatures", ["academie_code"])
    op.create_index("ix_candidatures_candidate_id", "candidatures", ["candidate_id"])
    op.create_index("ix_candidatures_opening", "candidatures", ["exam_code", "session_name", "academie_code"])

    create_event_tables()

    op.create_table(
        "windows",
        sa.Column("exam_code", sa.String(length=64), nullable=False),
        sa.Column("session_name", sa.String(length=64), nullable=False),
        sa.Column("academie_code", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deposit_opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposit_closes", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("exam_code", "session_name", "academie_code", name="pk_windows"),
    )
    op.create_table(
        "withdrawals",
        sa.Column("candidature_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("candidature_id", name="pk_withdrawals"),
    )
    op.create_table(
        "pieces",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("candidature_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("group_code", sa.String(length=64), nullable=False),
        sa.Column("group_label", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("formats", sa.JSON(), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=True),
        sa.Column("deposit_opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposit_closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=True),
        sa.Column("status_comment", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("reopened_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('received', 'non_compliant', 'compliant')", name="ck_pieces_status_known"),
        sa.ForeignKeyConstraint(
            ["candidature_id"], ["candidatures.id"], name="fk_pieces_candidature_id_candidatures", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pieces"),
        sa.UniqueConstraint("candidature_id", "code", name="uq_pieces_candidature_id_code"),
    )
    op.create_index("ix_pieces_status", "pieces", ["status"])

    op.create_table(
        "deposits",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("piece_id", sa.String(length=32), nullable=False),
        sa.Column("object_key", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("filename", sa.String(length=300), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scan", sa.String(length=16), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_deposits_piece_id_pieces", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_deposits"),
        sa.UniqueConstraint("object_key", name="uq_deposits_object_key"),
    )
    op.create_index("ix_deposits_piece_id", "deposits", ["piece_id"])
    op.create_index("ix_deposits_scan", "deposits", ["scan"])
    op.create_index(
        "uq_deposits_current",
        "deposits",
        ["piece_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )

    op.create_table(
        "controls",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.String(length=32), nullable=False),
        sa.Column("deposit_id", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("reopened_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("controlled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits.id"], name="fk_controls_deposit_id_deposits", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_controls_piece_id_pieces", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sequence", name="pk_controls"),
    )
    op.create_index("ix_controls_deposit_id", "controls", ["deposit_id"])
    op.create_index("ix_controls_piece_id", "controls", ["piece_id"])

    op.create_table(
        "validations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("piece_id", sa.String(length=32), nullable=False),
        sa.Column("deposit_id", sa.String(length=32), nullable=True),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits.id"], name="fk_validations_deposit_id_deposits", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_validations_piece_id_pieces", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_validations"),
    )
    op.create_index("ix_validations_piece_id", "validations", ["piece_id"])


def downgrade() -> None:
    for table in (
        "validations",
        "controls",
        "deposits",
        "pieces",
        "withdrawals",
        "windows",
        "candidatures",
    ):
        op.drop_table(table)
    drop_event_tables()
    drop_audit_entries()
