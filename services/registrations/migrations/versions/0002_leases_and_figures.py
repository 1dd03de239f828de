"""Leases bear their owner, figures of jobs are rows, and what waits in the outbox has an index of its own."""

from __future__ import annotations

from services.chassis.events import migrations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.add_leases_and_figures()


def downgrade() -> None:
    migrations.drop_leases_and_figures()
