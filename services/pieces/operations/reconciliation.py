"""Rows and objects compared both ways: objects without a row are deleted, rows without an object are reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import or_, select

from services.chassis.clock import system_now
from services.pieces.metrics import LEFTOVERS, LOST
from services.pieces.models import Control, Deposit, db
from services.pieces.operations.keeping import day_of, discard
from services.pieces.parts import Parts

log = structlog.get_logger()

# An object is written moments before its row: only older ones without a row are leftovers.
_SETTLED = timedelta(days=2)


@dataclass(frozen=True)
class Findings:
    """`lost` are ids of deposits whose bytes are gone; `left_over` counts the objects that no row names."""

    checked: int
    lost: tuple[str, ...]
    left_over: int


def reconcile(parts: Parts, *, dry_run: bool = False) -> Findings:
    """Compare every row with what the store lists. Raises StoreUnavailable.

    Bytes are not read here: they are compared with their SHA-256 whenever a file is opened.
    """
    with db.reading() as session:
        rows = session.execute(select(Deposit.id, Deposit.object_key).where(Deposit.erased_at.is_(None))).all()
    present = set(parts.store.keys())
    # Rows read before the listing: an object listed without a row is a leftover or newer than both.
    lost = _still_lost(tuple(row.id for row in rows if row.object_key not in present))
    oldest_kept = f"{system_now() - _SETTLED:%Y%m%d}"
    unnamed = present - {row.object_key for row in rows}
    leftovers = [key for key in unnamed if (day := day_of(key)) is not None and day < oldest_kept]
    if not dry_run:
        for key in leftovers:
            discard(parts.store, key)
    for deposit_id in lost:
        log.error("object_lost", deposit_id=deposit_id)
    LOST.set(len(lost))
    LEFTOVERS.set(len(leftovers))
    findings = Findings(len(rows), lost, len(leftovers))
    log.info("pieces_reconciled", checked=findings.checked, lost=len(lost), left_over=findings.left_over)
    return findings


def _still_lost(suspects: tuple[str, ...]) -> tuple[str, ...]:
    """Without those erased in between, or about to be: taken back before anyone gave an opinion on them."""
    if not suspects:
        return ()
    controlled = select(Control.sequence).where(Control.deposit_id == Deposit.id).exists()
    needed = select(Deposit.id).where(Deposit.erased_at.is_(None), or_(Deposit.removed_at.is_(None), controlled))
    with db.reading() as session:
        still = set(session.scalars(needed))
    return tuple(sorted(still & set(suspects)))
