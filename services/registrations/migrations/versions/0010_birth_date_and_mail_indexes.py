"""Candidatures are found by their candidate's mail address, and birth date, which each version holds; nobody waits."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIRTH_DATE = sa.text("((payload -> 'identity') ->> 'date_naissance')")


def upgrade() -> None:
    with step_by_step():
        create_index("ix_candidature_versions_birth_date", "candidature_versions", [BIRTH_DATE, "candidature_id"])
        create_index("ix_candidates_lower_email", "candidates", [sa.text("lower(email)")])


def downgrade() -> None:
    with step_by_step():
        drop_index("ix_candidates_lower_email")
        drop_index("ix_candidature_versions_birth_date")
