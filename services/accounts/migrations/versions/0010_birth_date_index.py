"""Staff find an account by its birth date; nobody waits for the index."""

from services.chassis.database.migrations import create_index, drop_index, step_by_step

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
NAME = "ix_accounts_date_naissance"


def upgrade() -> None:
    with step_by_step():
        create_index(NAME, "accounts", ["date_naissance"])


def downgrade() -> None:
    with step_by_step():
        drop_index(NAME)
