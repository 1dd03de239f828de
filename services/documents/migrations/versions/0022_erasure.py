"""What the audit trail holds of a person can be erased; lines of imports are found by their candidature."""

from services.chassis.database.audit_migrations import let_values_be_erased
from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0022"
down_revision = "0021"

INDEX = "ix_import_documents_candidature_id"


def upgrade() -> None:
    let_values_be_erased()
    with step_by_step():
        create_index(INDEX, "import_documents", ["candidature_id"])


def downgrade() -> None:
    with step_by_step():
        drop_index(INDEX)
