"""The periodic jobs of documents; a lease lets only one of several workers run each."""

from services.documents.follow_ups import registry
from services.documents.operations import verification
from services.documents.operations.erasure import erase_publications
from services.documents.operations.imports import uploads
from services.documents.operations.reconciliation import reconciliation
from services.objects import jobs as object_jobs

__all__ = ["registry"]  # with the jobs below on it
object_jobs.register(registry, reconciliation)
registry.every(hours=24, name="erase-publications")(erase_publications)
registry.every(hours=1, name="purge-uploads")(uploads.purge)
registry.every(hours=1, name="purge-unknown-codes")(verification.purge)
