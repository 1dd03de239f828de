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
    op.execute(
        "INSERT INTO retired_objects (key, retired_at, kept_until, erased_at) "
        "SELECT object_key, removed_at, erased_at, erased_at FROM deposits WHERE erased_at IS NOT NULL"
    )
    # Files whose erasing was still to come: the follow-up is no more, the bytes stay as those of today's files do.
    days = "interval '35 days'" if op.get_bind().dialect.name == "postgresql" else None
    until = f"CURRENT_TIMESTAMP + {days}" if days else "strftime('%Y-%m-%d %H:%M:%f', 'now', '+35 days')"
    op.execute(
        "INSERT INTO retired_objects (key, retired_at, kept_until) "  # noqa: S608
        f"SELECT object_key, removed_at, {until} FROM deposits WHERE removed_at IS NOT NULL AND erased_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM controls WHERE controls.deposit_id = deposits.id)"
    )
    op.execute(
        "UPDATE outbox SET published_at = CURRENT_TIMESTAMP "
        "WHERE destination = 'self' AND type = 'erase_object' AND published_at IS NULL"
    )
    op.drop_index("uq_deposits_current", "deposits")
    with op.batch_alter_table("deposits") as deposits:
        deposits.alter_column("object_key", existing_type=sa.String(128), type_=KEY, existing_nullable=False)
        deposits.drop_column("erased_at")
    _make_current_index()


def downgrade() -> None:
    op.drop_index("uq_deposits_current", "deposits")
    with op.batch_alter_table("deposits") as deposits:
        deposits.add_column(sa.Column("erased_at", sa.DateTime(timezone=True)))
        # Keys of today stay whole: they are longer than what the column held before.
        deposits.alter_column("object_key", existing_type=KEY, type_=sa.String(500), existing_nullable=False)
    _make_current_index()
    op.execute(
        "UPDATE deposits SET erased_at = (SELECT retired_objects.erased_at FROM retired_objects "
        "WHERE retired_objects.key = deposits.object_key)"
    )
    migrations.drop_object_tables()


def _make_current_index() -> None:
    op.create_index(
        "uq_deposits_current", "deposits", ["piece_id"], unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
    )
