"""Documents are found by their code."""

from services.chassis.database.migrations import create_index, drop_index, step_by_step, where

revision = "0021"
down_revision = "0020"

NAME = "uq_documents_code"


def upgrade() -> None:
    with step_by_step():
        create_index(NAME, "documents", ["code"], unique=True, **where("code IS NOT NULL"))


def downgrade() -> None:
    with step_by_step():
        drop_index(NAME)
