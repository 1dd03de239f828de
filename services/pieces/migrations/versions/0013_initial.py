"""The tables of pieces as they stood before tasks.

Triggers keep what lists are read by (the académie of a piece, whether it has a file) and write the feed of changes.
"""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import create_audit_entries
from services.chassis.database.migrations import create_trigger, refuse_to_erase_all, where
from services.chassis.tasks.migrations import create_event_tables
from services.objects.migrations import KEY, add_object_tables
from services.uploads.migrations import create_uploads

revision = "0013"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TO_CONTROL = where("status IS NULL AND (deposited OR validated_at IS NOT NULL)")
CONTROLLED = where("status IS NOT NULL")

FILE_COMES_OR_GOES = (
    "UPDATE pieces SET deposited = EXISTS (SELECT 1 FROM deposits WHERE piece_id = NEW.piece_id AND removed_at IS NULL "
    "AND version IS NULL) WHERE id = NEW.piece_id"
)
CHANGE = "INSERT INTO changes (at, kind, piece_id, candidature_id, numero_candidat, code, academie_code) SELECT NEW."
OF_PIECE = (
    f"{CHANGE}{{}}, '{{}}', pieces.id, candidatures.id, candidatures.numero_candidat, pieces.code, "
    "candidatures.academie_code FROM pieces JOIN candidatures ON candidatures.id = pieces.candidature_id "
    "WHERE pieces.id = NEW.piece_id"
)
# One that is withdrawn before it was ever shown is no change.
OF_CANDIDATURE = (
    f"{CHANGE}withdrawn_at, 'withdrawn', NULL, id, numero_candidat, NULL, academie_code FROM candidatures "
    "WHERE id = NEW.candidature_id AND version <= NEW.version"
)
TRIGGERS = {
    "pieces_academie": ("AFTER INSERT ON pieces", "UPDATE pieces SET academie_code = (SELECT academie_code FROM candidatures WHERE id = NEW.candidature_id) WHERE id = NEW.id"),
    "candidatures_academie": ("AFTER UPDATE OF academie_code ON candidatures", "UPDATE pieces SET academie_code = NEW.academie_code WHERE candidature_id = NEW.id"),
    "deposits_made": ("AFTER INSERT ON deposits", FILE_COMES_OR_GOES),
    "deposits_removed": ("AFTER UPDATE OF removed_at ON deposits", FILE_COMES_OR_GOES),
    "deposits_outdated": ("AFTER UPDATE OF version ON deposits", FILE_COMES_OR_GOES),
    "changes_deposited": ("AFTER INSERT ON deposits", OF_PIECE.format("deposited_at", "deposited") + " AND NEW.removed_at IS NULL"),
    "changes_removed": ("AFTER UPDATE OF removed_at ON deposits", OF_PIECE.format("removed_at", "removed") + " AND OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL"),
    "changes_restored": ("AFTER UPDATE OF removed_at ON deposits", OF_PIECE.format("deposited_at", "deposited") + " AND OLD.removed_at IS NOT NULL AND NEW.removed_at IS NULL"),
    "changes_validated": ("AFTER INSERT ON validations", OF_PIECE.format("validated_at", "validated")),
    "changes_controlled": ("AFTER INSERT ON controls", OF_PIECE.format("controlled_at", "controlled")),
    "changes_withdrawn": ("AFTER INSERT ON withdrawals", OF_CANDIDATURE),
    "changes_withdrawn_again": ("AFTER UPDATE OF version ON withdrawals", f"{OF_CANDIDATURE} AND version > OLD.version"),
}


def upgrade() -> None:
    create_audit_entries()
    create_event_tables()
    add_object_tables()
    op.create_table(
        "candidatures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidate_id", sa.String(32), nullable=False, index=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("exam_code", sa.String(64), nullable=False),
        sa.Column("exam_label", sa.Text(), nullable=False),
        sa.Column("session_name", sa.String(64), nullable=False),
        sa.Column("session_label", sa.Text(), nullable=False),
        sa.Column("academie_code", sa.String(8), nullable=False),
        sa.Column("academie_label", sa.Text(), nullable=False),
        sa.Column("specialite", sa.Text()),
        sa.Column("numero_candidat", sa.String(32), nullable=False, index=True),
        sa.Column("numero_inscription", sa.String(16), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("prenoms", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.CheckConstraint("version > 0", name="ck_candidatures_version_positive"),
        sa.Index("ix_candidatures_academie", "academie_code", "id"),
        sa.Index("ix_candidatures_opening", "exam_code", "session_name", "academie_code", "id"),
    )
    counter = op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(counter, [{"id": 1, "last": 0}])
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("position", sa.BigInteger(), unique=True),
        sa.Column("numbered_at", MOMENT, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("piece_id", sa.String(32)),
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("numero_candidat", sa.String(32), nullable=False),
        sa.Column("code", sa.String(64)),
        sa.Column("academie_code", sa.String(8), nullable=False),
        sa.CheckConstraint("kind IN ('deposited', 'removed', 'validated', 'controlled', 'withdrawn')", name="ck_changes_kind_known"),
        sa.Index("ix_changes_not_numbered", "id", **where("position IS NULL")),
        sa.Index("ix_changes_there", "academie_code", "position"),
    )
    op.create_table(
        "deposit_tries",
        sa.Column("candidate_id", sa.String(32), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "reminder_rounds",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("finished_at", MOMENT, nullable=False),
    )
    op.create_table(
        "windows",
        sa.Column("exam_code", sa.String(64), primary_key=True),
        sa.Column("session_name", sa.String(64), primary_key=True),
        sa.Column("academie_code", sa.String(8), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deposit_opens", MOMENT, nullable=False),
        sa.Column("deposit_closes", MOMENT, nullable=False),
        sa.Column("reminder_days", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("refusal_mails", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("options", sa.JSON(), nullable=False, server_default="{}"),
    )
    op.create_table(
        "withdrawals",
        sa.Column("candidature_id", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=False),
    )
    op.create_table(
        "pieces",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id", ondelete="CASCADE"), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("group_code", sa.String(64), nullable=False),
        sa.Column("group_label", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("formats", sa.JSON(), nullable=False),
        sa.Column("form", sa.String(64)),
        sa.Column("deposit_opens", MOMENT, nullable=False),
        sa.Column("deposit_closes", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16)),
        sa.Column("status_comment", sa.Text()),
        sa.Column("received_on", sa.Date()),
        sa.Column("reopened_until", MOMENT),
        sa.Column("validated_at", MOMENT),
        sa.Column("academie_code", sa.String(8)),
        sa.Column("deposited", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("asked_again_for", sa.Integer()),
        sa.CheckConstraint("status IN ('received', 'non_compliant', 'compliant')", name="ck_pieces_status_known"),
        sa.UniqueConstraint("candidature_id", "code"),
        sa.Index("ix_pieces_controlled", "status", "candidature_id", "code", **CONTROLLED),
        sa.Index("ix_pieces_controlled_there", "academie_code", "status", "candidature_id", "code", **CONTROLLED),
        sa.Index("ix_pieces_reopened", "reopened_until", "id", **where("reopened_until IS NOT NULL")),
        sa.Index("ix_pieces_to_control", "candidature_id", "code", **TO_CONTROL),
        sa.Index("ix_pieces_to_control_there", "academie_code", "candidature_id", "code", **TO_CONTROL),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("candidature_id", sa.String(32), sa.ForeignKey("candidatures.id", ondelete="CASCADE"), nullable=False),
        sa.Column("group_code", sa.String(64), nullable=False),
        sa.Column("deadline", MOMENT, nullable=False),
        sa.Column("days", sa.Integer()),
        sa.Column("reminded_at", MOMENT, nullable=False),
        sa.Column("staff_id", sa.String(64)),
        sa.Column("event_id", sa.String(32), nullable=False),
        sa.UniqueConstraint("candidature_id", "group_code", "deadline", "days", name="uq_reminders_rung"),
        sa.Index("ix_reminders_candidature_id", "candidature_id", "reminded_at"),
    )
    op.create_table(
        "deposits",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("piece_id", sa.String(32), sa.ForeignKey("pieces.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("object_key", KEY, nullable=False, unique=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(128), nullable=False),
        sa.Column("filename", sa.String(300), nullable=False),
        sa.Column("deposited_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT),
        sa.Column("erased_at", MOMENT),
        sa.Column("scan", sa.String(16), nullable=False, index=True),
        sa.Column("scanned_at", MOMENT),
        sa.Column("converted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("pages", sa.Integer()),
        sa.Column("look", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("version", sa.Integer()),
        sa.Index("uq_deposits_current", "piece_id", unique=True, **where("removed_at IS NULL")),
    )
    op.create_table(
        "controls",
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column("piece_id", sa.String(32), sa.ForeignKey("pieces.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("deposit_id", sa.String(32), sa.ForeignKey("deposits.id", ondelete="CASCADE"), index=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("received_on", sa.Date()),
        sa.Column("reopened_until", MOMENT),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("controlled_at", MOMENT, nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("before", sa.JSON()),
        sa.Index("ix_controls_staff", "staff_id", "controlled_at"),
    )
    op.create_table(
        "validations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("piece_id", sa.String(32), sa.ForeignKey("pieces.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("deposit_id", sa.String(32), sa.ForeignKey("deposits.id", ondelete="CASCADE")),
        sa.Column("validated_at", MOMENT, nullable=False),
    )
    op.create_table(
        "refusal_notices",
        sa.Column("control_sequence", sa.Integer(), sa.ForeignKey("controls.sequence", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String(32), nullable=False),
    )
    create_uploads(
        sa.Column("candidate_id", sa.String(32), nullable=False, index=True),
        sa.Column("piece_id", sa.String(32), sa.ForeignKey("pieces.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("deposit_id", sa.String(32), sa.ForeignKey("deposits.id", ondelete="CASCADE"), index=True),
    )
    for name, (moment, change) in TRIGGERS.items():
        create_trigger(name, moment, change)


downgrade = refuse_to_erase_all
