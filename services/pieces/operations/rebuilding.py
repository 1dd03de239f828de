"""Rows of deposits made again from what the keys of their objects say, after a database was lost."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.errors import DomainError
from services.objects import ObjectMissing
from services.objects.rebuilding import Outcome, Rebuilt, is_recent
from services.pieces.domain import refusals
from services.pieces.domain.formats import Format
from services.pieces.domain.object_keys import DepositKey, read_key
from services.pieces.models import Candidature, Control, Deposit, Piece, db
from services.pieces.operations.audit import Actor, record
from services.pieces.operations.deposits import make_current, new_deposit
from services.pieces.operations.reconciliation import reconciliation
from services.pieces.parts import Parts, parts
from services.pieces.queries.dossiers import any_dossier, lock

_CLOCKS_DIFFER = timedelta(days=1)  # also those of rehearsals, which begin anew
OPERATOR = Actor("service", "operator")


def rebuild(*, write: bool, minutes: int) -> Iterator[Rebuilt]:
    """For each unknown object whose piece is known: its row is made, or could be. Raises StoreUnavailable.

    `minutes`: what was written less long ago is left alone. An upload that was answered with an error may be among the
    unknown; where anything was done with the piece since, it stays unknown. Of several files of a piece the newest is
    current. What a candidate had deleted comes back too: nobody knows any more that he had. The name that he gave his
    file is known to no key: it is the piece's code from then on.
    """
    for key in reconciliation().unknown():
        read = read_key(key)
        if read is None or read.deposited_at > portal_now() + _CLOCKS_DIFFER:
            yield Rebuilt(key, Outcome.NO_ROW)
        else:
            yield Rebuilt(key, _rebuilt(parts(), key, read, write, minutes))


def _rebuilt(parts: Parts, key: str, read: DepositKey, write: bool, minutes: int) -> Outcome:
    try:
        if is_recent(parts.store, key, minutes):
            return Outcome.RECENT
        stored = parts.store.size_and_digest(key)
        if stored.size > refusals.LIMIT or stored.sha256 != read.sha256:
            return Outcome.CHANGED
        content = io.BytesIO(parts.store.read(key))
    except ObjectMissing:  # gone since it was listed
        return Outcome.INCOMPLETE
    format = _format_of(parts, content, read.candidate_id)
    if format is None:
        return Outcome.CHANGED
    with db.operation() as session:
        piece_id = _piece_of(session, read)
        if piece_id is None:
            return Outcome.OWNER_UNKNOWN
        lock(session, piece_id)
        if _is_overtaken(session, read, piece_id):
            return Outcome.REPLACED
        if write:
            _make(session, parts, read, piece_id, stored.size, format)
    return Outcome.REBUILT


def _format_of(parts: Parts, content: BinaryIO, candidate_id: str) -> Format | None:
    """None for what no deposit would have been: it was not written by us, or not whole."""
    try:
        return parts.inspections.inspect(candidate_id, content, None, tuple(Format))
    except DomainError:
        return None


def _piece_of(session: Session, read: DepositKey) -> str | None:
    owner = select(Piece.id).join(Candidature, Candidature.id == Piece.candidature_id)
    return session.scalar(
        owner.where(
            Candidature.id == read.candidature_id,
            Candidature.candidate_id == read.candidate_id,
            Piece.code == read.code,
        )
    )


def _is_overtaken(session: Session, read: DepositKey, piece_id: str) -> bool:
    """Whether the database knows of anything done with the piece since then, or of this very file: then it lacks
    nothing, and the object is of an upload that failed or of a file that was erased on purpose."""
    since = read.deposited_at
    later = (Deposit.piece_id == piece_id) & ((Deposit.deposited_at >= since) | (Deposit.removed_at >= since))
    deposits = select(Deposit.id).where(or_(Deposit.id == read.deposit_id, later))
    controls = select(Control.sequence).where(Control.piece_id == piece_id, Control.controlled_at >= since)
    validated = select(Piece.id).where(Piece.id == piece_id, Piece.validated_at >= since)
    return any(session.scalar(known.limit(1)) is not None for known in (deposits, controls, validated))


def _make(session: Session, parts: Parts, read: DepositKey, piece_id: str, size: int, format: Format) -> None:
    row = new_deposit(parts, piece_id, read, size, f"{read.code}.{format.value}", format)
    before = make_current(session, parts, any_dossier(session, piece_id), row, read.deposited_at)
    record(session, OPERATOR, "deposit.rebuilt", piece_id, before=before, after={"deposit_id": row.id})
