"""A candidate deposits a file for a piece, or takes it back. One file is current; an earlier one gives way to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.database.transactions import new_id
from services.chassis.errors import DomainError
from services.chassis.events import follow_up
from services.objects import operation_naming, retire
from services.pieces.domain import formats, refusals
from services.pieces.domain.filenames import cleaned
from services.pieces.domain.formats import Format
from services.pieces.domain.object_keys import DepositKey
from services.pieces.domain.piece import deletion_refusal, deposit_refusal
from services.pieces.domain.statuses import Scan, Status
from services.pieces.metrics import DEPOSITS
from services.pieces.models import Deposit, db, object_tables
from services.pieces.operations.accepting import Accepted, accepted
from services.pieces.operations.audit import Actor, record
from services.pieces.operations.keeping import keep
from services.pieces.operations.limits import count_try
from services.pieces.operations.receiving import Received, Source, received
from services.pieces.operations.scans import SCAN
from services.pieces.parts import Parts
from services.pieces.queries.dossiers import Dossier, lock, newest_control, own_dossier


@dataclass(frozen=True)
class SentFile:
    """What a request brings: the name that the candidate gave, the announced length, and where bytes come from."""

    filename: str
    length: int
    source: Source


def deposit(parts: Parts, candidate_id: str, piece_id: str, sent: SentFile, at: datetime) -> Dossier:
    """Keep the file as the piece's current one; the piece as it then is.

    `at` is the instant that counts for the period: when the request was taken up, however long its bytes took.
    Raises NotFound, DepositClosed, TooLarge, FileRefused, FormatRefused, Unverifiable, TooManyDeposits, Unavailable;
    then nothing is kept.
    """
    # The body is read before anything is refused: an answer sent beside unread bytes is lost on the way.
    with counted(), received(sent.source, sent.length) as file, parts.places.taken(candidate_id):
        accept = partial(accepted, parts, candidate_id, cleaned(sent.filename), file)
        return put_in_place(parts, candidate_id, piece_id, accept, at)


@contextmanager
def counted() -> Iterator[None]:
    """Refusals, for operators."""
    try:
        yield
    except DomainError as error:
        DEPOSITS.labels(str(error.extra.get("reason") or error.slug)).inc()
        raise


def put_in_place(
    parts: Parts,
    candidate_id: str,
    piece_id: str,
    accept: Callable[[tuple[Format, ...]], Accepted],
    at: datetime,
    settle: Callable[[Session, str], None] = lambda session, deposit_id: None,
) -> Dossier:
    """Keep what `accept` accepts of the formats that the piece takes; `settle` is called in the transaction that names
    it.

    Raises NotFound, DepositClosed, TooManyDeposits, Unavailable, and what `accept` and `settle` raise.
    """
    with db.reading() as session:
        dossier = own_dossier(session, candidate_id, piece_id)
    refuse_if_closed(dossier, at)
    count_try(candidate_id, parts.deposits_per_hour)
    accepted_file = accept(formats.accepted(tuple(dossier.piece.formats)))
    key = _new_key(dossier, accepted_file.file)
    keep(parts.store, key, accepted_file.file, accepted_file.format.media_type)
    with operation_naming(db, parts.store, str(key)) as session:
        lock(session, piece_id)
        dossier = own_dossier(session, candidate_id, piece_id)
        refuse_if_closed(dossier, at)  # a validation in another window may have come first
        row = new_deposit(
            parts, piece_id, key, accepted_file.file.stored.size, accepted_file.filename, accepted_file.format
        )
        row.converted, row.pages, row.look = (
            accepted_file.converted,
            accepted_file.look.pages,
            list(accepted_file.look.signs),
        )
        _replace(session, parts, dossier, row, candidate_id)
        settle(session, row.id)
        dossier = own_dossier(session, candidate_id, piece_id)
    DEPOSITS.labels("kept").inc()
    return dossier


def withdraw_deposit(candidate_id: str, piece_id: str, at: datetime) -> None:
    """The bin: the current file is taken back; its bytes stay KEPT_DAYS. Raises NotFound or DepositClosed."""
    with db.operation() as session:
        lock(session, piece_id)
        dossier = own_dossier(session, candidate_id, piece_id)
        if reason := deletion_refusal(dossier.state, at):
            raise refusals.DepositClosed(reason)
        _remove_current(session, dossier, portal_now())
        _show_refusal_again(session, dossier)
        dossier.piece.revision += 1
        if dossier.deposit:
            actor = Actor("candidate", candidate_id)
            record(session, actor, "deposit.deleted", piece_id, before={"deposit_id": dossier.deposit.id})


def refuse_if_closed(dossier: Dossier, at: datetime) -> None:
    """Raises DepositClosed."""
    if reason := deposit_refusal(dossier.state, at):
        raise refusals.DepositClosed(reason)


def _new_key(dossier: Dossier, file: Received) -> DepositKey:
    copy, piece = dossier.candidature, dossier.piece
    return DepositKey(copy.candidate_id, copy.id, piece.code, portal_now(), new_id(), file.stored.sha256)


def new_deposit(parts: Parts, piece_id: str, key: DepositKey, size: int, filename: str, format: Format) -> Deposit:
    """The row of the object that lies under `key`."""
    return Deposit(
        id=key.deposit_id,
        piece_id=piece_id,
        object_key=str(key),
        size=size,
        sha256=key.sha256,
        media_type=format.media_type,
        filename=filename,
        deposited_at=key.deposited_at,
        scan=Scan.PENDING if parts.antivirus.configured else Scan.NOT_SCANNED,
    )


def _replace(session: Session, parts: Parts, dossier: Dossier, row: Deposit, candidate_id: str) -> None:
    before = make_current(session, parts, dossier, row, portal_now())
    dossier.piece.validated_at = None
    after = {"deposit_id": row.id, "size": row.size, "sha256": row.sha256}
    record(session, Actor("candidate", candidate_id), "deposit.made", row.piece_id, before=before, after=after)
    session.flush()


def make_current(session: Session, parts: Parts, dossier: Dossier, row: Deposit, at: datetime) -> dict[str, str] | None:
    """Put `row` in the place of the file that was current until `at`; which that was, for the trail.

    What was said of the earlier one does not hold for it. The piece is locked by the caller.
    """
    before = {"deposit_id": dossier.deposit.id} if dossier.deposit else None
    _remove_current(session, dossier, at)
    session.flush()  # the earlier file gives way before the new one takes its place: one is current at any time
    row.removed_at = None
    session.add(row)
    piece = dossier.piece
    piece.status = piece.status_comment = piece.received_on = None
    piece.revision += 1
    if parts.antivirus.configured:
        follow_up(session, SCAN, {"deposit_id": row.id}, subject=piece.candidature_id)
    session.flush()
    return before


def _remove_current(session: Session, dossier: Dossier, at: datetime) -> None:
    """The current file is no longer current. Bytes on which a gestionnaire gave an opinion stay, as its proof; others
    stay KEPT_DAYS."""
    if dossier.deposit is None:
        return
    dossier.deposit.removed_at = at
    if not dossier.controlled:
        retire(session, dossier.deposit.object_key)


def retire_removed(deposit_id: str) -> None:
    """Retire the object of a removed file, unless it is already."""
    with db.operation() as session:
        row = session.get(Deposit, deposit_id, with_for_update=True)
        if row is None or row.removed_at is None or row.erased_at is not None:
            return
        if session.get(object_tables.RetiredObject, row.object_key) is None:
            retire(session, row.object_key)


def _show_refusal_again(session: Session, dossier: Dossier) -> None:
    """Without the file that was to mend it, a refusal still stands."""
    piece = dossier.piece
    if piece.reopened_until is None:
        return
    last = newest_control(session, piece.id)
    if last is not None and last.status == Status.NON_COMPLIANT:
        piece.status, piece.status_comment, piece.received_on = last.status, last.comment, last.received_on
