"""Passkeys of staff."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import keys, optional, required

revision = "0018"
down_revision = "0017"

ID, MOMENT = sa.String(32), sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "staff_passkeys",
        *keys(id=ID),
        sa.Column("staff_id", ID, sa.ForeignKey("staff_members.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("credential_id", sa.String(1400), nullable=False, unique=True),
        *required(public_key=sa.LargeBinary(), sign_count=sa.BigInteger(), name=sa.String(100), created_at=MOMENT),
        *optional(last_used_at=MOMENT),
    )


def downgrade() -> None:
    op.drop_table("staff_passkeys")
