"""A name that many bear is found without reading the rows of all others; nobody waits for this step."""

from __future__ import annotations

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with step_by_step():
        create_index("ix_candidatures_listed", "candidatures", ["id", "folded_name", "opening_id", "state"])


def downgrade() -> None:
    with step_by_step():
        drop_index("ix_candidatures_listed")
