"""Candidatures that staff search are listed by name from an index; nobody waits."""

from __future__ import annotations

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME = "ix_candidatures_listed_by_name"


def upgrade() -> None:
    with step_by_step():
        create_index(NAME, "candidatures", ["folded_name", "id", "opening_id", "state"])


def downgrade() -> None:
    with step_by_step():
        drop_index(NAME)
