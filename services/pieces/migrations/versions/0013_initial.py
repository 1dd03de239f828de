"""The tables of pieces as they stood before tasks.

Triggers keep what lists are read by (the académie of a piece, whether it has a file) and write the feed of changes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import create_audit_entries
from services.chassis.database.migrations import (
    create_trigger, indexed, keys, optional, refuse_to_erase_all, required, where,
)
from services.chassis.tasks.migrations import create_event_tables
from services.objects.tables import MIGRATED_KEY as KEY
from services.objects.tables import add_object_tables
from services.uploads.migrations import create_uploads

revision = "0013"
down_revision = None

ID, CODE, ACADEMIE, STATUS = sa.String(32), sa.String(64), sa.String(8), sa.String(16)
TEXT, NUMBER, FLAG, MOMENT = sa.Text(), sa.Integer(), sa.Boolean(), sa.DateTime(timezone=True)
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


def owner(table: str, *, index: bool = False, nullable: bool = False) -> sa.Column[Any]:
    """« piece_id » for « pieces »: what the row goes with."""
    of = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(f"{table.removesuffix('s')}_id", ID, of, nullable=nullable, index=index)


def upgrade() -> None:
    create_audit_entries()
    create_event_tables()
    add_object_tables()
    op.create_table(
        "candidatures",
        *keys(id=ID),
        indexed("candidate_id", ID),
        *required(version=NUMBER, exam_code=CODE, exam_label=TEXT, session_name=CODE, session_label=TEXT),
        *required(academie_code=ACADEMIE, academie_label=TEXT),
        *optional(specialite=TEXT),
        indexed("numero_candidat", ID),
        *required(numero_inscription=sa.String(16), nom=TEXT, prenoms=TEXT, saved_at=MOMENT),
        sa.CheckConstraint("version > 0", name="ck_candidatures_version_positive"),
        sa.Index("ix_candidatures_academie", "academie_code", "id"),
        sa.Index("ix_candidatures_opening", "exam_code", "session_name", "academie_code", "id"),
    )
    counter = op.create_table(
        "change_counter",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        *required(last=sa.BigInteger()),
    )
    op.bulk_insert(counter, [{"id": 1, "last": 0}])
    op.create_table(
        "changes",
        *keys(id=NUMBER),
        sa.Column("position", sa.BigInteger(), unique=True),
        sa.Column("numbered_at", MOMENT, index=True),
        *required(at=MOMENT, kind=STATUS),
        *optional(piece_id=ID),
        *required(candidature_id=ID, numero_candidat=ID),
        *optional(code=CODE),
        *required(academie_code=ACADEMIE),
        sa.CheckConstraint("kind IN ('deposited', 'removed', 'validated', 'controlled', 'withdrawn')", name="ck_changes_kind_known"),
        sa.Index("ix_changes_not_numbered", "id", **where("position IS NULL")),
        sa.Index("ix_changes_there", "academie_code", "position"),
    )
    op.create_table("deposit_tries", *keys(candidate_id=ID), *required(count=NUMBER), indexed("since", MOMENT))
    op.create_table("reminder_rounds", *keys(name=sa.String(200)), *required(finished_at=MOMENT))
    op.create_table(
        "windows",
        *keys(exam_code=CODE, session_name=CODE, academie_code=ACADEMIE),
        *required(revision=NUMBER, deposit_opens=MOMENT, deposit_closes=MOMENT),
        sa.Column("reminder_days", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("refusal_mails", FLAG, nullable=False, server_default=sa.false()),
        sa.Column("options", sa.JSON(), nullable=False, server_default="{}"),
    )
    op.create_table("withdrawals", *keys(candidature_id=ID), *required(version=NUMBER, withdrawn_at=MOMENT))
    op.create_table(
        "pieces",
        *keys(id=ID),
        owner("candidatures"),
        *required(code=CODE, label=TEXT, group_code=CODE, group_label=TEXT, position=NUMBER, asked=FLAG, required=FLAG),
        *required(formats=sa.JSON()),
        *optional(form=CODE),
        *required(deposit_opens=MOMENT, deposit_closes=MOMENT, revision=NUMBER),
        *optional(status=STATUS, status_comment=TEXT, received_on=sa.Date(), reopened_until=MOMENT),
        *optional(validated_at=MOMENT, academie_code=ACADEMIE),
        sa.Column("deposited", FLAG, nullable=False, server_default=sa.false()),
        *optional(asked_again_for=NUMBER),
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
        *keys(id=ID),
        owner("candidatures"),
        *required(group_code=CODE, deadline=MOMENT),
        *optional(days=NUMBER),
        *required(reminded_at=MOMENT),
        *optional(staff_id=CODE),
        *required(event_id=ID),
        sa.UniqueConstraint("candidature_id", "group_code", "deadline", "days", name="uq_reminders_rung"),
        sa.Index("ix_reminders_candidature_id", "candidature_id", "reminded_at"),
    )
    op.create_table(
        "deposits",
        *keys(id=ID),
        owner("pieces", index=True),
        sa.Column("object_key", KEY, nullable=False, unique=True),
        *required(size=NUMBER, sha256=sa.String(64), media_type=sa.String(128), filename=sa.String(300)),
        *required(deposited_at=MOMENT),
        *optional(removed_at=MOMENT, erased_at=MOMENT),
        indexed("scan", STATUS),
        *optional(scanned_at=MOMENT),
        sa.Column("converted", FLAG, nullable=False, server_default=sa.false()),
        *optional(pages=NUMBER),
        sa.Column("look", sa.JSON(), nullable=False, server_default="[]"),
        *optional(version=NUMBER),
        sa.Index("uq_deposits_current", "piece_id", unique=True, **where("removed_at IS NULL")),
    )
    op.create_table(
        "controls",
        *keys(sequence=NUMBER),
        owner("pieces", index=True),
        owner("deposits", index=True, nullable=True),
        *required(status=STATUS),
        *optional(comment=TEXT, received_on=sa.Date(), reopened_until=MOMENT),
        *required(staff_id=CODE, controlled_at=MOMENT),
        sa.Column("counts", FLAG, nullable=False, server_default=sa.true()),
        *optional(before=sa.JSON()),
        sa.Index("ix_controls_staff", "staff_id", "controlled_at"),
    )
    op.create_table(
        "validations",
        *keys(id=ID),
        owner("pieces", index=True),
        owner("deposits", nullable=True),
        *required(validated_at=MOMENT),
    )
    control = sa.ForeignKey("controls.sequence", ondelete="CASCADE")
    op.create_table(
        "refusal_notices",
        sa.Column("control_sequence", NUMBER, control, primary_key=True, autoincrement=False),
        *required(event_id=ID),
    )
    own = owner("pieces", index=True), owner("deposits", index=True, nullable=True)
    create_uploads(indexed("candidate_id", ID), *own)
    for name, (moment, change) in TRIGGERS.items():
        create_trigger(name, moment, change)


downgrade = refuse_to_erase_all
