"""Which rows of pieces name objects; the comparison itself is the chassis'."""

from __future__ import annotations

from services.objects.comparison import NamingColumn
from services.objects.reconciliation import Reconciliation
from services.pieces.models import Deposit, db
from services.pieces.parts import parts


def reconciliation() -> Reconciliation:
    """Of the running process; needs an application context."""
    column = NamingColumn(Deposit.object_key, Deposit.id, needed=Deposit.erased_at.is_(None))
    return Reconciliation("pieces", db, parts().store, (column,))
