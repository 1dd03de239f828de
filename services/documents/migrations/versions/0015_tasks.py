"""One table of tasks: follow-ups, reactions and jobs."""

from services.chassis.tasks import migrations

revision = "0015"
down_revision = "0014"
upgrade = migrations.create_tasks
downgrade = migrations.give_tasks_back
