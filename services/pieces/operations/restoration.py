"""Files that were lost or removed become current ones of their pieces again.

Rows that the database has lost are rebuilt from the keys of their objects; a file that was replaced or deleted comes
back at the request of its exam office.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now, system_now
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, DomainError, Invalid, found
from services.contracts.piece_rules import MAX_FILE_BYTES, Format
from services.objects import ObjectMissing
from services.objects.comparison import KeyColumn
from services.objects.rebuilding import Outcome, Rebuilt, is_recent
from services.objects.reconciliation import Reconciliation
from services.objects.tables import retired_objects
from services.pieces.dependencies import dependencies
from services.pieces.domain.files import DepositKey, parse_key
from services.pieces.models import AuditEntry, Candidature, Control, Deposit, Piece, db
from services.pieces.operations.candidature_states import tell_state
from services.pieces.operations.deposits import make_current, new_deposit
from services.pieces.queries.pieces import any_piece, lock_candidature_of_piece, piece_within_academies

_CLOCK_TOLERANCE = timedelta(days=1)  # clocks differ, those of rehearsals too, whose portal time begins anew
OPERATOR = Actor("service", "operator")


def reconciliation() -> Reconciliation:
    """The comparison for this service and the running process's store; needs an application context."""
    column = KeyColumn(Deposit.object_key, Deposit.id, needed=Deposit.erased_at.is_(None))
    return Reconciliation("pieces", db, dependencies().store, (column,))


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
            yield Rebuilt(key, _rebuild_deposit(deposit_key, write, minutes))


def _rebuild_deposit(deposit_key: DepositKey, write: bool, minutes: int) -> Outcome:
    key = str(deposit_key)
    try:
        if is_recent(dependencies().store, key, minutes):
            return Outcome.RECENT
        stored = dependencies().store.size_and_digest(key)
        if stored.size > MAX_FILE_BYTES or stored.sha256 != deposit_key.sha256:
            return Outcome.CHANGED
        content = io.BytesIO(dependencies().store.read(key))
    except ObjectMissing:  # gone since it was listed
        return Outcome.INCOMPLETE
    format = _format_of(content, deposit_key.candidate_id)
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
            _add_row(session, deposit_key, piece_id, stored.size, format)
    return Outcome.REBUILT


def _format_of(content: BinaryIO, candidate_id: str) -> Format | None:
    """None for what would not have been accepted: it was not written by this service, or not whole."""
    try:
        return dependencies().inspections.inspect(candidate_id, content, None, tuple(Format))
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


def _add_row(session: Session, deposit_key: DepositKey, piece_id: str, size: int, format: Format) -> None:
    filename = f"{deposit_key.code}.{format.value}"
    row = new_deposit(piece_id, deposit_key, size, filename, format)
    before = make_current(session, any_piece(session, piece_id), row, deposit_key.deposited_at)
    AuditEntry.record(session, OPERATOR, "deposit.rebuilt", piece_id, before=before, after={"deposit_id": row.id})
    tell_state(session, deposit_key.candidature_id)


def restore_deposit(deposit_id: str, academie: str, actor: Actor, reason: str) -> None:
    """Make a removed file its piece's current one again; the candidate's validation stays, and the status that the last
    control of this file gave comes back.

    Raises Invalid without a member of staff's id and a reason, NotFound outside the académie, Conflict for the current
    file or one whose bytes are erased, StoreUnavailable.
    """
    _refuse_anonymous(actor, reason)
    with db.reading() as session:
        row = _removed_deposit(session, deposit_id)
    if not dependencies().store.exists(row.object_key):
        raise Conflict("Les octets de ce fichier ne sont plus dans l'espace de stockage.")
    with db.operation() as session:
        lock_candidature_of_piece(session, row.piece_id)
        context = piece_within_academies(session, frozenset({academie}), row.piece_id)
        row = _removed_deposit(session, deposit_id)
        _keep_bytes(session, row)
        before = make_current(session, context, row, portal_now())
        _restore_status(session, row, context.piece)
        after = {"deposit_id": row.id, "reason": reason}
        AuditEntry.record(session, actor, "deposit.restored", row.piece_id, before=before, after=after)
        tell_state(session, context.candidature.id)


def _refuse_anonymous(actor: Actor, reason: str) -> None:
    if not re.fullmatch(r"[0-9a-f]{32}", actor.id):
        raise Invalid("L'agent est désigné par son identifiant (32 chiffres hexadécimaux), que donne create-staff.")
    if not reason.strip():
        raise Invalid("Un motif est attendu.")


def _removed_deposit(session: Session, deposit_id: str) -> Deposit:
    """Raises NotFound, Conflict."""
    row = found(session.get(Deposit, deposit_id), "Aucun dépôt ne porte cet identifiant.")
    if row.removed_at is None:
        raise Conflict("Ce fichier est déjà celui de la pièce.")
    return row


def _keep_bytes(session: Session, row: Deposit) -> None:
    """The object is no longer to be erased. One that was never retired is that of a controlled file, which stays.

    Raises Conflict once KEPT_DAYS are over.
    """
    retired = session.execute(select(retired_objects).where(retired_objects.c.key == row.object_key)).first()
    if retired is not None and (retired.erased_at is not None or retired.kept_until <= system_now()):
        raise Conflict("Le délai de conservation de ce fichier est passé.")
    session.execute(delete(retired_objects).where(retired_objects.c.key == row.object_key))


def _restore_status(session: Session, row: Deposit, piece: Piece) -> None:
    """The status that the last control of this very file gave."""
    latest = select(Control).filter_by(deposit_id=row.id, counts=True).order_by(Control.sequence.desc()).limit(1)
    control = session.scalar(latest)
    if control is not None:
        piece.take_status_of(control)
