"""Staff are invited by mail, and come in with a recovery code where their second factor is lost.

Going down forgets who is still invited: they have no password, so that they come in with a new one alone
(renew-staff). Recovery codes are lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_members") as table:
        table.add_column(sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "staff_recovery_codes",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name="fk_staff_recovery_codes_staff_id_staff_members", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_staff_recovery_codes"),
    )
    op.create_index("ix_staff_recovery_codes_staff_id", "staff_recovery_codes", ["staff_id"])


def downgrade() -> None:
    op.drop_table("staff_recovery_codes")
    with op.batch_alter_table("staff_members") as table:
        table.drop_column("invited_at")
