"""A piece may be asked for again by a newer version of its candidature, its file be of an earlier one.

Such a file is not `deposited` any more. The version before writes none, and works on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import create_trigger, drop_trigger

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CURRENT = "UPDATE pieces SET deposited = EXISTS (SELECT 1 FROM deposits WHERE piece_id = NEW.piece_id AND removed_at IS NULL{}) WHERE id = NEW.piece_id"
COUNTS = CURRENT.format(" AND version IS NULL")
OUTDATED = "deposits_outdated"


def upgrade() -> None:
    op.add_column("pieces", sa.Column("asked_again_for", sa.Integer(), nullable=True))
    op.add_column("deposits", sa.Column("version", sa.Integer(), nullable=True))
    _replace_triggers(COUNTS)
    create_trigger(OUTDATED, "AFTER UPDATE OF version ON deposits", COUNTS)


def downgrade() -> None:
    op.execute("UPDATE deposits SET version = NULL WHERE version IS NOT NULL")
    drop_trigger(OUTDATED, "deposits")
    _replace_triggers(CURRENT.format(""))
    op.drop_column("deposits", "version")
    op.drop_column("pieces", "asked_again_for")


def _replace_triggers(change: str) -> None:
    for name, moment in (("deposits_made", "INSERT"), ("deposits_removed", "UPDATE OF removed_at")):
        drop_trigger(name, "deposits")
        create_trigger(name, f"AFTER {moment} ON deposits", change)
