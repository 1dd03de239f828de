"""Follow-ups are read by their types, each channel its own."""

from __future__ import annotations

from services.chassis.tasks import migrations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.add_index_of_types()


def downgrade() -> None:
    migrations.drop_index_of_types()
