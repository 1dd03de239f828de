"""The antivirus: asked by the worker after the deposit was saved, so that no candidate ever waits for it."""

from __future__ import annotations

import structlog
from sqlalchemy import func, select

from services.chassis.clock import system_now
from services.chassis.events import follow_up
from services.chassis.objects import ObjectMissing
from services.pieces.antivirus import AntivirusUnavailable
from services.pieces.domain.statuses import Scan
from services.pieces.metrics import SCAN_STATES, SCANS
from services.pieces.models import Deposit, Piece, db
from services.pieces.operations.audit import Actor, record
from services.pieces.parts import Parts

log = structlog.get_logger()

SCAN = "scan_deposit"
_ANTIVIRUS = Actor("service", "antivirus")


def scan_deposit(parts: Parts, deposit_id: str) -> None:
    """Ask for a verdict and keep it. Without one the file shows « analyse en échec » and the error is raised, to be
    tried again."""
    row = _current(deposit_id)
    if row is None:
        return
    if not parts.antivirus.configured:
        _keep(deposit_id, Scan.NOT_SCANNED)
        return
    try:
        with parts.store.open(row.object_key) as chunks:
            clean = parts.antivirus.is_clean(chunks)
    except ObjectMissing:
        if _current(deposit_id):  # else it was replaced or taken back while we asked
            log.error("object_lost", deposit_id=deposit_id)
            _keep(deposit_id, Scan.FAILED)
        return
    except AntivirusUnavailable:
        _keep(deposit_id, Scan.FAILED)
        raise
    _keep(deposit_id, Scan.CLEAN if clean else Scan.INFECTED)


def rescan(parts: Parts, *, everything: bool) -> int:
    """Ask again for those without a verdict, or for every current file; how many."""
    if not parts.antivirus.configured:
        return 0
    wanted = select(Deposit.id, Piece.candidature_id).join(Piece, Piece.id == Deposit.piece_id)
    wanted = wanted.where(Deposit.removed_at.is_(None))
    if not everything:
        wanted = wanted.where(Deposit.scan.in_((Scan.FAILED, Scan.NOT_SCANNED)))
    with db.operation() as session:
        rows = session.execute(wanted).all()
        for deposit_id, candidature_id in rows:
            follow_up(session, SCAN, {"deposit_id": deposit_id}, subject=candidature_id)
    return len(rows)


def count_scans() -> None:
    """Set the gauges of current files by state."""
    counted = select(Deposit.scan, func.count()).where(Deposit.removed_at.is_(None)).group_by(Deposit.scan)
    with db.reading() as session:
        numbers = {row[0]: row[1] for row in session.execute(counted)}
    for state in Scan:
        SCAN_STATES.labels(state.value).set(numbers.get(state.value, 0))


def _current(deposit_id: str) -> Deposit | None:
    with db.reading() as session:
        row = session.get(Deposit, deposit_id)
    return row if row is not None and row.removed_at is None else None


def _keep(deposit_id: str, state: Scan) -> None:
    SCANS.labels(state.value).inc()
    with db.operation() as session:
        row = session.get(Deposit, deposit_id, with_for_update=True)
        if row is None:
            return
        before, row.scan, row.scanned_at = row.scan, state.value, system_now()
        if state is Scan.INFECTED:
            log.error("infected_file", deposit_id=deposit_id)
        if before != state:
            record(session, _ANTIVIRUS, "deposit.scanned", row.piece_id,
                   before={"scan": before}, after={"deposit_id": deposit_id, "scan": state.value})  # fmt: skip
