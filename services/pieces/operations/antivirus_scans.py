"""Antivirus scans of deposits, by the worker once the deposit is saved: no candidate waits for the
antivirus."""

from datetime import timedelta
from operator import itemgetter

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.tasks import gauges
from services.chassis.tasks.new_tasks import follow_up
from services.clock import iso_utc, portal_now, system_now
from services.contracts.piece_rules import Scan
from services.objects import ObjectMissing
from services.pieces.antivirus import AntivirusUnavailable
from services.pieces.dependencies import dependencies
from services.pieces.metrics import SCAN_STATES
from services.pieces.models import FOUND_INFECTED_ACT, AuditEntry, Deposit, Piece, db
from services.pieces.operations.candidature_states import tell_state
from services.pieces.operations.change_numbering import tell_removed
from services.pieces.queries.locks import lock_candidature_of_piece
from services.pieces.queries.paging import pages
from services.pieces.queries.pieces import PieceContext, any_piece

log = structlog.get_logger()

SCAN = "scan_deposit"
ABANDONED_AFTER = timedelta(hours=26)  # longer than the worker tries a follow-up
_PAGE = 1000  # deposits
_WATCHED_STATES = (Scan.PENDING, Scan.FAILED, Scan.INFECTED)
_ANTIVIRUS = Actor("service", "antivirus")


def scan_deposit(deposit_id: str) -> None:
    """Scan a deposit, if it is current, and save the verdict.

    Without one the deposit is saved as « analyse en échec » and the error is raised, so that the
    worker tries again.
    """
    row = _current_deposit(deposit_id)
    if row is None:
        return
    if not dependencies().antivirus.configured:
        _save_verdict(deposit_id, Scan.NOT_SCANNED)
        return
    try:
        with dependencies().store.open(row.object_key) as chunks:
            is_clean = dependencies().antivirus.is_clean(chunks)
    except ObjectMissing:
        if _current_deposit(deposit_id):  # else it was replaced or deleted during the scan
            log.error("object_lost", deposit_id=deposit_id)
            _save_verdict(deposit_id, Scan.FAILED)
        return
    except AntivirusUnavailable:
        _save_verdict(deposit_id, Scan.FAILED)
        raise
    _save_verdict(deposit_id, Scan.CLEAN if is_clean else Scan.INFECTED)


def rescan(*, everything: bool) -> int:
    """Request a scan of the current files without a verdict, or of every current file; returns how
    many.

    One still pending after ABANDONED_AFTER counts as without a verdict: its follow-up is parked.
    """
    if not dependencies().antivirus.configured:
        return 0
    is_abandoned = (Deposit.scan == Scan.PENDING) & (
        Deposit.deposited_at < portal_now() - ABANDONED_AFTER
    )
    query = select(Deposit.id, Piece.candidature_id).join(Piece, Piece.id == Deposit.piece_id)
    query = query.where(Deposit.removed_at.is_(None))
    if not everything:
        query = query.where(Deposit.scan.in_((Scan.FAILED, Scan.NOT_SCANNED)) | is_abandoned)
    query = query.order_by(Deposit.id).limit(_PAGE)
    requested = 0
    for page in pages(
        lambda transaction, after: transaction.execute(query.where(Deposit.id > after)).all(),
        "",
        itemgetter(0),
    ):
        with db.operation() as transaction:
            for deposit_id, candidature_id in page:
                follow_up(transaction, SCAN, {"deposit_id": deposit_id}, subject=candidature_id)
        requested += len(page)
    return requested


def record_scan_counts() -> None:
    """Set the gauges of current files by scan state, only for the states that wait for the
    antivirus or for somebody: counting the others would take longer with each deposit."""
    counts_by_state = (
        select(Deposit.scan, func.count())
        .where(Deposit.removed_at.is_(None), Deposit.scan.in_(_WATCHED_STATES))
        .group_by(Deposit.scan)
    )
    with db.reading() as transaction:
        counts = {row[0]: row[1] for row in transaction.execute(counts_by_state)}
    gauges.record(
        db, SCAN_STATES, {(state.value,): counts.get(state.value, 0) for state in _WATCHED_STATES}
    )


def _current_deposit(deposit_id: str) -> Deposit | None:
    with db.reading() as transaction:
        row = transaction.get(Deposit, deposit_id)
    return row if row is not None and row.removed_at is None else None


def _save_verdict(deposit_id: str, verdict: Scan) -> None:
    with db.operation() as transaction:
        of_piece = select(Deposit.piece_id).filter_by(id=deposit_id)
        lock_candidature_of_piece(transaction, transaction.scalar(of_piece) or "")
        row = transaction.get(Deposit, deposit_id, with_for_update=True)
        if row is None:
            return
        before = row.scan
        row.scan = verdict.value
        row.scanned_at = system_now()
        if before != verdict:
            AuditEntry.record(
                transaction,
                _ANTIVIRUS,
                "deposit.scanned",
                row.piece_id,
                before={"scan": before},
                after={"deposit_id": deposit_id, "scan": verdict.value},
            )
        if verdict is Scan.INFECTED:
            log.error("infected_file", deposit_id=deposit_id)
        if row.removed_at is None:
            _renew_piece(transaction, any_piece(transaction, row.piece_id), verdict)
        if Scan.INFECTED in (before, verdict):
            tell_state(transaction, transaction.get_one(Piece, row.piece_id).candidature_id)


def _renew_piece(transaction: Session, context: PieceContext, verdict: Scan) -> None:
    """Change what the verdict on its current file makes of the piece.

    One that was « Conforme » goes back to the queue of gestionnaires when its file is found
    dangerous, and its candidate is asked for another one.
    """
    now = portal_now()
    state = context.state
    if verdict is Scan.CLEAN:
        context.store(state.found_clean())
    if verdict is not Scan.INFECTED:
        return
    found = state.found_infected(now)
    if found == state:
        return
    context.store(found)
    tell_removed(transaction, context, now)
    AuditEntry.record(
        transaction,
        _ANTIVIRUS,
        FOUND_INFECTED_ACT,
        context.piece.id,
        at=now,  # of the portal's clock, as what « Historique » tells with it
        before={"status": state.status},
        after={
            "status": found.status,
            "reason": found.comment,
            "until": iso_utc(found.deadline),
            "deposit_id": context.deposit_id,
        },
    )
