"""Staff who may no longer come in stay known, and a tool's token says when it was last used.

Going down forgets who is disabled: his password is taken away, so that he comes in with a new one alone (renew-staff).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_members") as table:
        table.add_column(sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("staff_tokens") as table:
        table.add_column(sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    members = sa.table("staff_members", sa.column("password_hash"), sa.column("disabled_at"))
    op.execute(sa.update(members).where(members.c.disabled_at.is_not(None)).values(password_hash=""))
    with op.batch_alter_table("staff_tokens") as table:
        table.drop_column("last_used_at")
    with op.batch_alter_table("staff_members") as table:
        table.drop_column("disabled_at")
