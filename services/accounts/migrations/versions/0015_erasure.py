"""What the audit trail holds of a person can be erased; requests of erasure."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.audit_migrations import let_values_be_erased

revision = "0015"
down_revision = "0014"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    let_values_be_erased()
    op.create_table(
        "erasure_requests",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(32), nullable=False, index=True),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("answer", sa.Text()),
        sa.Index("ix_erasure_requests_requested_at", "requested_at"),
    )


def downgrade() -> None:
    op.drop_table("erasure_requests")
