"""Which column of pieces names objects, for the comparison of rows with the store that services/objects does."""

from __future__ import annotations

from services.objects.comparison import KeyColumn
from services.objects.reconciliation import Reconciliation
from services.pieces.dependencies import dependencies
from services.pieces.models import Deposit, db


def reconciliation() -> Reconciliation:
    """The comparison for this service and the running process's store; needs an application context."""
    column = KeyColumn(Deposit.object_key, Deposit.id, needed=Deposit.erased_at.is_(None))
    return Reconciliation("pieces", db, dependencies().store, (column,))
