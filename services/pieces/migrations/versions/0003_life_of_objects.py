"""Keys of objects say whose they are; what is removed is retired, with a date until which it can be restored."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from services.chassis.clock import system_now
from services.objects import migrations
from services.objects.migrations import KEY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CURRENT = sa.text("removed_at IS NULL")


def upgrade() -> None:
    migrations.add_object_tables()
    _change_key(sa.String(128), KEY)
    _retire_removed()


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


def _retire_removed() -> None:
    """Files that were removed and whose bytes were not erased yet; those that were controlled stay as proof."""
    moment = sa.DateTime(timezone=True)
    now = system_now()
    deposits = sa.table(
        "deposits",
        sa.column("id"),
        sa.column("object_key"),
        sa.column("removed_at", moment),
        sa.column("erased_at", moment),
    )
    controls = sa.table("controls", sa.column("deposit_id"))
    retired = sa.table(
        "retired_objects", sa.column("key"), sa.column("retired_at", moment), sa.column("kept_until", moment)
    )
    until = sa.literal(now + timedelta(days=35), moment)
    removed = sa.select(deposits.c.object_key, deposits.c.removed_at, until).where(
        deposits.c.removed_at.is_not(None),
        deposits.c.erased_at.is_(None),
        ~sa.exists().where(controls.c.deposit_id == deposits.c.id),
    )
    op.execute(sa.insert(retired).from_select(["key", "retired_at", "kept_until"], removed))
