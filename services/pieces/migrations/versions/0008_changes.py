"""A feed of changes for tools. Triggers write it, so that nothing is missed while the version before still runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import create_trigger, drop_trigger, is_postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = "'deposited', 'removed', 'validated', 'controlled', 'withdrawn'"
COLUMNS = "(at, kind, piece_id, candidature_id, numero_candidat, code, academie_code)"
OF_PIECE = (
    f"INSERT INTO changes {COLUMNS} "
    "SELECT {at}, '{kind}', pieces.id, candidatures.id, candidatures.numero_candidat, pieces.code, "
    "candidatures.academie_code FROM pieces JOIN candidatures ON candidatures.id = pieces.candidature_id "
    "WHERE pieces.id = NEW.piece_id{condition}"
)
# One that is withdrawn before it was ever shown is no change.
OF_CANDIDATURE = (
    f"INSERT INTO changes {COLUMNS} "
    "SELECT NEW.withdrawn_at, 'withdrawn', NULL, id, numero_candidat, NULL, academie_code FROM candidatures "
    "WHERE id = NEW.candidature_id AND version <= NEW.version{condition}"
)
REMOVED = " AND OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL"
RESTORED = " AND OLD.removed_at IS NOT NULL AND NEW.removed_at IS NULL"
LATER = " AND version > OLD.version"
TRIGGERS = {
    "changes_deposited": ("AFTER INSERT ON deposits", OF_PIECE.format(at="NEW.deposited_at", kind="deposited", condition=" AND NEW.removed_at IS NULL")),
    "changes_removed": ("AFTER UPDATE OF removed_at ON deposits", OF_PIECE.format(at="NEW.removed_at", kind="removed", condition=REMOVED)),
    "changes_restored": ("AFTER UPDATE OF removed_at ON deposits", OF_PIECE.format(at="NEW.deposited_at", kind="deposited", condition=RESTORED)),
    "changes_validated": ("AFTER INSERT ON validations", OF_PIECE.format(at="NEW.validated_at", kind="validated", condition="")),
    "changes_controlled": ("AFTER INSERT ON controls", OF_PIECE.format(at="NEW.controlled_at", kind="controlled", condition="")),
    "changes_withdrawn": ("AFTER INSERT ON withdrawals", OF_CANDIDATURE.format(condition="")),
    "changes_withdrawn_again": ("AFTER UPDATE OF version ON withdrawals", OF_CANDIDATURE.format(condition=LATER)),
}


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("numbered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("piece_id", sa.String(32), nullable=True),
        sa.Column("candidature_id", sa.String(32), nullable=False),
        sa.Column("numero_candidat", sa.String(32), nullable=False),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("academie_code", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.UniqueConstraint("position", name="uq_changes_position"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="ck_changes_kind_known"),
    )
    op.create_index("ix_changes_there", "changes", ["academie_code", "position"])
    op.create_index("ix_changes_numbered_at", "changes", ["numbered_at"])
    waits = sa.text("position IS NULL")
    op.create_index("ix_changes_not_numbered", "changes", ["id"], sqlite_where=waits, postgresql_where=waits)
    counter = op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change_counter"),
    )
    op.bulk_insert(counter, [{"id": 1, "last": 0}])
    for name, (moment, change) in TRIGGERS.items():
        create_trigger(name, moment, change)


def downgrade() -> None:
    for name, (moment, _) in TRIGGERS.items():
        drop_trigger(name, moment.rpartition(" ")[2])
    op.drop_table("change_counter")
    op.drop_table("changes")
