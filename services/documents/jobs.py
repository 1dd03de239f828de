"""What a clock starts for documents; a lease lets one of several workers do it."""

from __future__ import annotations

from services.chassis.events import purge
from services.chassis.jobs.registry import Jobs
from services.documents.models import db
from services.documents.operations.drawing import forget_old_drawings
from services.documents.operations.reconciliation import reconciliation
from services.objects import jobs as object_jobs

jobs = Jobs()
object_jobs.register(jobs, reconciliation)


@jobs.every(hours=24, name="forget-drawings")
def forget_drawings() -> None:
    """Forget what web processes drew a day ago and no worker needed."""
    forget_old_drawings()


@jobs.every(hours=24, name="purge-events")
def purge_events() -> None:
    """Forget events settled 30 days ago."""
    purge(db)
