"""Rows of deposits made again from what the keys of their objects say, after a database was lost."""

from __future__ import annotations

import io
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.objects import ObjectMissing
from services.chassis.objects.rebuilding import Outcome, Rebuilt
from services.pieces.domain.formats import Format
from services.pieces.domain.object_keys import DepositKey, read_key
from services.pieces.inspection.kinds import kind_of
from services.pieces.models import Candidature, Deposit, Piece, db
from services.pieces.operations.audit import Actor, record
from services.pieces.operations.deposits import make_current, new_deposit
from services.pieces.operations.reconciliation import reconciliation
from services.pieces.parts import Parts, parts
from services.pieces.queries.dossiers import any_dossier, lock

OPERATOR = Actor("service", "operator")


def rebuild(*, write: bool) -> Iterator[Rebuilt]:
    """For each unknown object whose piece is known: its row is made, or could be. Raises StoreUnavailable.

    Of several files of a piece the newest is current. What a candidate had deleted comes back too: nobody knows any
    more that he had. The name that he gave his file is known to no key: it is the piece's code from then on.
    """
    for key in reconciliation().unknown():
        read = read_key(key)
        yield Rebuilt(key, Outcome.NO_ROW if read is None else _rebuilt(parts(), key, read, write=write))


def _rebuilt(parts: Parts, key: str, read: DepositKey, *, write: bool) -> Outcome:
    try:
        content = parts.store.read(key)
    except ObjectMissing:  # gone since it was listed
        return Outcome.INCOMPLETE
    stored, format = parts.store.size_and_digest(key), kind_of(io.BytesIO(content))
    if stored.sha256 != read.sha256 or format is None:
        return Outcome.CHANGED
    with db.operation() as session:
        piece_id = _piece_of(session, read)
        if piece_id is None:
            return Outcome.OWNER_UNKNOWN
        lock(session, piece_id)
        if _is_newer_there(session, read, piece_id):
            return Outcome.REPLACED
        if write:
            _make(session, parts, read, piece_id, stored.size, format)
    return Outcome.REBUILT


def _piece_of(session: Session, read: DepositKey) -> str | None:
    owner = select(Piece.id).join(Candidature, Candidature.id == Piece.candidature_id)
    return session.scalar(
        owner.where(
            Candidature.id == read.candidature_id,
            Candidature.candidate_id == read.candidate_id,
            Piece.code == read.code,
        )
    )


def _is_newer_there(session: Session, read: DepositKey, piece_id: str) -> bool:
    """Whether the piece has a newer file, or had this one: then it was erased on purpose."""
    newer = Deposit.removed_at.is_(None) & (Deposit.deposited_at >= read.deposited_at)
    known = select(Deposit.id).where(Deposit.piece_id == piece_id, newer | (Deposit.id == read.deposit_id))
    return session.scalar(known.limit(1)) is not None


def _make(session: Session, parts: Parts, read: DepositKey, piece_id: str, size: int, format: Format) -> None:
    row = new_deposit(parts, piece_id, read, size, f"{read.code}.{format.value}", format)
    before = make_current(session, parts, any_dossier(session, piece_id), row)
    record(session, OPERATOR, "deposit.rebuilt", piece_id, before=before, after={"deposit_id": row.id})
