"""The bytes of a file that its owner took back are deleted from the store; its row tells when."""

from __future__ import annotations

from services.chassis.clock import system_now
from services.pieces.models import Deposit, db
from services.pieces.parts import Parts

ERASE = "erase_object"


def erase_object(parts: Parts, deposit_id: str) -> None:
    """Delete the object of a removed deposit, once. Raises StoreUnavailable, to be tried again."""
    with db.reading() as session:
        row = session.get(Deposit, deposit_id)
    if row is None or row.removed_at is None or row.erased_at is not None:
        return
    parts.store.delete(row.object_key)  # S3 deletes what is not there without complaint
    with db.operation() as session:
        session.get_one(Deposit, deposit_id).erased_at = system_now()
