"""One table of tasks: follow-ups, reactions and jobs."""

from services.chassis.tasks import migrations

revision = "0012"
down_revision = "0011"
upgrade = migrations.create_tasks
downgrade = migrations.give_tasks_back
