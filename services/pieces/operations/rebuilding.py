"""Compares rows of deposits with their objects; rebuilds rows that were lost from the keys of their objects."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.chassis.errors import DomainError
from services.contracts.piece_rules import MAX_FILE_BYTES
from services.objects import ObjectMissing
from services.objects.comparison import KeyColumn
from services.objects.rebuilding import Outcome, Rebuilt, is_recent
from services.objects.reconciliation import Reconciliation
from services.pieces.dependencies import Dependencies, dependencies
from services.pieces.domain.files import DepositKey, Format, parse_key
from services.pieces.models import AuditEntry, Candidature, Control, Deposit, Piece, db
from services.pieces.operations.deposits import make_current, new_deposit
from services.pieces.queries.pieces import any_piece, lock_candidature_of_piece


def reconciliation() -> Reconciliation:
    """The comparison for this service and the running process's store; needs an application context."""
    column = KeyColumn(Deposit.object_key, Deposit.id, needed=Deposit.erased_at.is_(None))
    return Reconciliation("pieces", db, dependencies().store, (column,))


_CLOCK_TOLERANCE = timedelta(days=1)  # clocks differ, those of rehearsals too, whose portal time begins anew
OPERATOR = Actor("service", "operator")


def rebuild_deposits(*, write: bool, minutes: int) -> Iterator[Rebuilt]:
    """Rebuild the row of each object that no row names, or with `write` False only say what would become of it.

    `minutes`: objects written less long ago are left alone. Objects of deposits that were answered with an error may be
    among them; where anything was done with the piece since, they stay unknown. Of several files of a piece the newest
    becomes current. Files that candidates had deleted come back too, since nothing says any more that they had. No key
    holds a file's name: it becomes the piece's code. Raises StoreUnavailable.
    """
    for key in reconciliation().unknown():
        deposit_key = parse_key(key)
        if deposit_key is None or deposit_key.deposited_at > portal_now() + _CLOCK_TOLERANCE:
            yield Rebuilt(key, Outcome.NO_ROW)
        else:
            yield Rebuilt(key, _rebuild_deposit(dependencies(), deposit_key, write, minutes))


def _rebuild_deposit(dependencies: Dependencies, deposit_key: DepositKey, write: bool, minutes: int) -> Outcome:
    key = str(deposit_key)
    try:
        if is_recent(dependencies.store, key, minutes):
            return Outcome.RECENT
        stored = dependencies.store.size_and_digest(key)
        if stored.size > MAX_FILE_BYTES or stored.sha256 != deposit_key.sha256:
            return Outcome.CHANGED
        content = io.BytesIO(dependencies.store.read(key))
    except ObjectMissing:  # gone since it was listed
        return Outcome.INCOMPLETE
    format = _format_of(dependencies, content, deposit_key.candidate_id)
    if format is None:
        return Outcome.CHANGED
    with db.operation() as session:
        piece_id = _piece_of(session, deposit_key)
        if piece_id is None:
            return Outcome.OWNER_UNKNOWN
        lock_candidature_of_piece(session, piece_id)
        if _is_superseded(session, deposit_key, piece_id):
            return Outcome.REPLACED
        if write:
            _add_row(session, dependencies, deposit_key, piece_id, stored.size, format)
    return Outcome.REBUILT


def _format_of(dependencies: Dependencies, content: BinaryIO, candidate_id: str) -> Format | None:
    """None for what would not have been accepted: it was not written by this service, or not whole."""
    try:
        return dependencies.inspections.inspect(candidate_id, content, None, tuple(Format))
    except DomainError:
        return None


def _piece_of(session: Session, deposit_key: DepositKey) -> str | None:
    """The id of the piece that the key names."""
    pieces = select(Piece.id).join(Candidature, Candidature.id == Piece.candidature_id)
    return session.scalar(
        pieces.where(
            Candidature.id == deposit_key.candidature_id,
            Candidature.candidate_id == deposit_key.candidate_id,
            Piece.code == deposit_key.code,
        )
    )


def _is_superseded(session: Session, deposit_key: DepositKey, piece_id: str) -> bool:
    """Whether the database knows of anything done with the piece since then, or of this very file: then it lacks
    nothing, and the object is of a deposit that failed or of a file that was erased on purpose."""
    since = deposit_key.deposited_at
    is_later = (Deposit.piece_id == piece_id) & ((Deposit.deposited_at >= since) | (Deposit.removed_at >= since))
    deposits = select(Deposit.id).where(or_(Deposit.id == deposit_key.deposit_id, is_later))
    controls = select(Control.sequence).where(Control.piece_id == piece_id, Control.controlled_at >= since)
    validations = select(Piece.id).where(Piece.id == piece_id, Piece.validated_at >= since)
    return any(session.scalar(query.limit(1)) is not None for query in (deposits, controls, validations))


def _add_row(
    session: Session, dependencies: Dependencies, deposit_key: DepositKey, piece_id: str, size: int, format: Format
) -> None:
    filename = f"{deposit_key.code}.{format.value}"
    row = new_deposit(dependencies, piece_id, deposit_key, size, filename, format)
    before = make_current(session, dependencies, any_piece(session, piece_id), row, deposit_key.deposited_at)
    AuditEntry.record(session, OPERATOR, "deposit.rebuilt", piece_id, before=before, after={"deposit_id": row.id})
