"""The antivirus: asked by the worker after the deposit was saved, so that no candidate ever waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Row, Select, func, select

from services.chassis.clock import portal_now, system_now
from services.chassis.events import follow_up
from services.chassis.jobs import gauges
from services.objects import ObjectMissing
from services.pieces.antivirus import AntivirusUnavailable
from services.pieces.domain.statuses import Scan
from services.pieces.metrics import SCAN_STATES, SCANS
from services.pieces.models import Deposit, Piece, db
from services.pieces.operations.audit import Actor, record
from services.pieces.parts import Parts

log = structlog.get_logger()

SCAN = "scan_deposit"
GIVEN_UP = timedelta(hours=26)  # longer than a follow-up is tried
_PAGE = 1000
_WATCHED = (Scan.PENDING, Scan.FAILED, Scan.INFECTED)
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
    """Ask again for those without a verdict, or for every current file; how many.

    One that still waits after GIVEN_UP was given up: its follow-up is parked.
    """
    if not parts.antivirus.configured:
        return 0
    unseen = (Deposit.scan == Scan.PENDING) & (Deposit.deposited_at < portal_now() - GIVEN_UP)
    wanted = select(Deposit.id, Piece.candidature_id).join(Piece, Piece.id == Deposit.piece_id)
    wanted = wanted.where(Deposit.removed_at.is_(None))
    if not everything:
        wanted = wanted.where(Deposit.scan.in_((Scan.FAILED, Scan.NOT_SCANNED)) | unseen)
    return sum(map(_ask_again, _pages(wanted)))


def _pages(wanted: Select[str, str]) -> Iterator[Sequence[Row[str, str]]]:
    after = ""
    while True:
        with db.reading() as session:
            page = session.execute(wanted.where(Deposit.id > after).order_by(Deposit.id).limit(_PAGE)).all()
        if not page:
            return
        yield page
        after = page[-1][0]


def _ask_again(rows: Sequence[Row[str, str]]) -> int:
    with db.operation() as session:
        for deposit_id, candidature_id in rows:
            follow_up(session, SCAN, {"deposit_id": deposit_id}, subject=candidature_id)
    return len(rows)


def count_scans() -> None:
    """Set the gauges of current files by state: of those that wait or need somebody, not of all that grows."""
    counted = select(Deposit.scan, func.count()).where(Deposit.removed_at.is_(None), Deposit.scan.in_(_WATCHED))
    with db.reading() as session:
        numbers = {row[0]: row[1] for row in session.execute(counted.group_by(Deposit.scan))}
    gauges.record(db, SCAN_STATES, {(state.value,): numbers.get(state.value, 0) for state in _WATCHED})


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
