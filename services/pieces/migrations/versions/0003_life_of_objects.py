"""Keys of objects say whose they are; what is removed is retired, with a date until which it can be restored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.objects import migrations
from services.chassis.objects.migrations import KEY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CURRENT = sa.text("removed_at IS NULL")


def upgrade() -> None:
    migrations.add_object_tables()
    _change_key(sa.String(128), KEY)


def downgrade() -> None:
    _change_key(KEY, sa.String(500))  # keys of today stay whole: they are longer than what the column held before
    migrations.drop_object_tables()


def _change_key(before: sa.types.TypeEngine[str], after: sa.types.TypeEngine[str]) -> None:
    op.drop_index("uq_deposits_current", "deposits")
    with op.batch_alter_table("deposits") as deposits:
        deposits.alter_column("object_key", existing_type=before, type_=after, existing_nullable=False)
    op.create_index(
        "uq_deposits_current", "deposits", ["piece_id"], unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
    )
