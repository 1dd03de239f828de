"""Candidatures browsed by their validation, and those of an opening that wait for it."""

from services.chassis.database.migrations import create_index, drop_index, step_by_step, where

revision = "0023"
down_revision = "0022"

BROWSED, WAITING = "ix_candidatures_by_validation", "ix_candidatures_to_validate"


def upgrade() -> None:
    with step_by_step():
        create_index(BROWSED, "candidatures", ["validation", "folded_name", "id", "opening_id", "state"])
        create_index(WAITING, "candidatures", ["opening_id", "id"], **where("validation = 'to_validate'"))


def downgrade() -> None:
    with step_by_step():
        drop_index(WAITING)
        drop_index(BROWSED)
