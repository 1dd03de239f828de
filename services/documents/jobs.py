"""What a clock starts for documents; a lease lets one of several workers do it."""

from __future__ import annotations

from services.chassis.events import purge
from services.chassis.jobs import Jobs
from services.documents.models import db
from services.documents.operations.reconciliation import reconcile
from services.documents.parts import parts

jobs = Jobs()


@jobs.every(hours=24, name="reconcile")
def reconcile_store() -> None:
    """Rows and objects agree, or what can be mended is."""
    reconcile(parts())


@jobs.every(hours=24, name="purge-events")
def purge_events() -> None:
    """Forget events settled 30 days ago."""
    with db.operation() as session:
        purge(session)
