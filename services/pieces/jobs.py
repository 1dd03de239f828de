"""Scheduled jobs of pieces; a lease lets one of several workers run each."""

from services.objects import jobs as object_jobs
from services.pieces.follow_ups import registry
from services.pieces.operations.antivirus_scans import record_scan_counts, rescan
from services.pieces.operations.change_numbering import number_all_changes, purge_changes
from services.pieces.operations.deposit_limits import purge_deposit_tries
from services.pieces.operations.incomplete_counts import record_incomplete_counts
from services.pieces.operations.reminder_rounds import remind_all_due
from services.pieces.operations.restoration import reconciliation
from services.pieces.operations.uploads import uploads

__all__ = ["registry"]  # with the jobs below on it
object_jobs.register(registry, reconciliation)

registry.every(minutes=1, name="count-scans")(record_scan_counts)
registry.every(minutes=30, name="count-incomplete")(record_incomplete_counts)
registry.every(minutes=1, name="remind")(remind_all_due)
registry.every(hours=1, name="number-changes")(number_all_changes)
registry.every(hours=24, name="purge-changes")(purge_changes)
registry.every(hours=1, name="purge-deposit-tries")(purge_deposit_tries)
registry.every(hours=1, name="purge-uploads")(uploads.purge)
# Of the deposits that no retry of their first scan could have scanned.
registry.every(hours=24, name="rescan")(lambda: rescan(everything=False))
