"""What a clock starts for pieces; a lease lets one of several workers do it."""

from __future__ import annotations

from services.chassis.events import purge
from services.chassis.jobs.registry import Jobs
from services.objects import jobs as object_jobs
from services.pieces.models import db
from services.pieces.operations.limits import purge_tries
from services.pieces.operations.reconciliation import reconciliation
from services.pieces.operations.scans import count_scans, rescan
from services.pieces.operations.uploads import purge_uploads
from services.pieces.parts import parts

jobs = Jobs()
object_jobs.register(jobs, reconciliation)


@jobs.every(hours=24, name="rescan")
def rescan_failed() -> None:
    """Nightly: what no retry could have scanned is asked for again."""
    rescan(parts(), everything=False)


@jobs.every(minutes=1, name="count-scans")
def watch_scans() -> None:
    """Count what waits for the antivirus, so that a stalled one is noticed."""
    count_scans()


@jobs.every(hours=1, name="purge-deposit-tries")
def forget_tries() -> None:
    """Forget how many files were sent more than an hour ago."""
    purge_tries()


@jobs.every(hours=1, name="purge-uploads")
def forget_uploads() -> None:
    """Forget uploads that nobody went on with for a day."""
    purge_uploads()


@jobs.every(hours=24, name="purge-events")
def purge_events() -> None:
    """Forget events settled 30 days ago."""
    purge(db)
