"""What the audit trail holds of a person can be erased; changes are found by their candidature."""

from services.chassis.database.audit_migrations import let_values_be_erased
from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0018"
down_revision = "0017"

INDEX = "ix_changes_candidature_id"


def upgrade() -> None:
    let_values_be_erased()
    with step_by_step():
        create_index(INDEX, "changes", ["candidature_id"])


def downgrade() -> None:
    with step_by_step():
        drop_index(INDEX)
