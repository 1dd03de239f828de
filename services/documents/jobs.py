"""The periodic jobs of documents; a lease lets only one of several workers run each."""

from __future__ import annotations

from services.chassis.tasks.rows import purge
from services.documents.follow_ups import registry
from services.documents.models import db
from services.documents.operations.imports import uploads
from services.documents.operations.reconciliation import reconciliation
from services.objects import jobs as object_jobs

__all__ = ["registry"]  # with the jobs below on it
object_jobs.register(registry, reconciliation)


@registry.every(hours=1, name="purge-uploads")
def delete_expired_uploads() -> None:
    """Delete uploads that got no bytes for UPLOAD_EXPIRY."""
    uploads.purge()


@registry.every(hours=24, name="purge-events")
def purge_events() -> None:
    """Delete events settled RETENTION ago."""
    purge(db)
