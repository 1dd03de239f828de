"""Leases bear their owner, figures of jobs are rows, and what waits in the outbox has an index of its own."""

from services.chassis.tasks import migrations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
upgrade = migrations.add_leases_and_figures
downgrade = migrations.drop_leases_and_figures
