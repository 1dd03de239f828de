"""Scheduled jobs of pieces; a lease lets one of several workers run each."""

from __future__ import annotations

from services.chassis.events import purge
from services.chassis.jobs.registry import Jobs
from services.objects import jobs as object_jobs
from services.pieces.dependencies import dependencies
from services.pieces.models import db
from services.pieces.operations.antivirus_scans import record_scan_counts, rescan
from services.pieces.operations.change_numbering import number_all_changes, purge_changes
from services.pieces.operations.deposit_limits import purge_deposit_tries
from services.pieces.operations.rebuilding import reconciliation
from services.pieces.operations.reminders import record_incomplete_counts, remind_all_due
from services.pieces.operations.uploads import purge_uploads

jobs = Jobs()
object_jobs.register(jobs, reconciliation)


@jobs.every(hours=24, name="rescan")
def rescan_failed() -> None:
    """Every day, request scans of the deposits that no retry of their first scan could have scanned."""
    rescan(dependencies(), everything=False)


@jobs.every(minutes=1, name="count-scans")
def update_scan_gauges() -> None:
    """Count what waits for the antivirus, so that a stalled one is noticed."""
    record_scan_counts()


@jobs.every(minutes=30, name="count-incomplete")
def update_incomplete_gauges() -> None:
    """Count the candidatures that lack pieces, for gestionnaires' home page and for operators."""
    record_incomplete_counts()


@jobs.every(hours=1, name="purge-deposit-tries")
def delete_old_deposit_tries() -> None:
    """Delete the counts of files sent in hours that are over."""
    purge_deposit_tries()


@jobs.every(hours=1, name="purge-uploads")
def delete_expired_uploads() -> None:
    """Delete uploads that got no bytes for UPLOAD_EXPIRY."""
    purge_uploads()


@jobs.every(minutes=1, name="remind")
def remind_of_missing_pieces() -> None:
    """Remind candidates of missing pieces on the days that their session's catalogue says."""
    remind_all_due()


@jobs.every(hours=1, name="number-changes")
def number_waiting_changes() -> None:
    """Number the changes that no reader of the feed has asked for."""
    number_all_changes()


@jobs.every(hours=24, name="purge-changes")
def delete_old_changes() -> None:
    """Delete changes that could be read for CHANGES_RETENTION."""
    purge_changes()


@jobs.every(hours=24, name="purge-events")
def purge_events() -> None:
    """Delete events settled EVENT_RETENTION ago."""
    purge(db)
