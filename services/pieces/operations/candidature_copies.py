"""The service's copy of candidatures, their pieces and deposit periods, kept from registrations'
events, in whatever order they come."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.clock import portal_now
from services.contracts import registrations as contracts
from services.contracts.piece_rules import ChangeKind, Status
from services.contracts.session_options import SessionOptions
from services.pieces.domain.control import second_try_until
from services.pieces.models import AuditEntry, Candidature, Change, Piece, Window, Withdrawal
from services.pieces.operations.candidature_states import tell_state
from services.pieces.queries.pieces import any_piece, latest_control


def update_from_registration(transaction: Session, event: contracts.RegistrationSaved) -> None:
    """Take over a version of a candidature: its labels and its list of pieces. One that is not
    newer than the copy changes nothing.

    A piece no longer asked for keeps its row, its file and its history; asked for again, it is as
    it was.
    """
    candidature = transaction.scalar(
        select(Candidature).where(Candidature.id == event.candidature_id).with_for_update()
    )
    if candidature is not None and event.version <= candidature.version:
        if event.version == candidature.version:  # copied, perhaps, before birth dates were
            candidature.birth_date = date.fromisoformat(event.identity.date_naissance)
        return
    rows_by_code = {
        row.code: row
        for row in transaction.scalars(select(Piece).filter_by(candidature_id=event.candidature_id))
    }
    earlier = candidature.version if candidature else 0
    if candidature is None:
        candidature = Candidature(id=event.candidature_id)
        transaction.add(candidature)
    _copy_labels(candidature, event)
    transaction.flush()
    for position, asked in enumerate(event.pieces):
        row = rows_by_code.pop(asked.code, None)
        values = _columns_of(asked, position)
        if row is None:
            transaction.add(Piece(candidature_id=candidature.id, **values))
        else:
            _update(row, values)
            if asked.proves_version:
                _ask_again(transaction, row, event, earlier)
            elif row.asked_again_for:
                row.asked_again_for = (
                    event.version
                )  # of a restored candidature, whose confirmation is the one to sign
    for row in rows_by_code.values():
        _update(row, {"asked": False})
    tell_state(transaction, candidature.id)


def is_erased(transaction: Session, candidature_id: str, version: int) -> bool:
    """What was erased is not stored any more, whatever arrives late."""
    tombstone = transaction.get(Withdrawal, candidature_id)
    return tombstone is not None and version <= (tombstone.erased_version or 0)


def _ask_again(
    transaction: Session, row: Piece, event: contracts.RegistrationSaved, earlier: int
) -> None:
    """What was given of the piece was for the version `earlier`; what was given since the save is
    for this one.

    The file stays where it is, the decisions in its history. One that was refused is asked for
    anyway.
    """
    context = any_piece(transaction, row.id)
    control = latest_control(transaction, row.id)
    given_at = (
        context.deposit.deposited_at if context.deposit else control and control.controlled_at
    )
    is_given = (
        context.deposit
        or context.status in (Status.RECEIVED, Status.COMPLIANT)
        or row.asked_again_for
    )
    is_since = given_at is not None and given_at >= datetime.fromisoformat(event.saved_at)
    if not is_given or is_since or context.status is Status.NON_COMPLIANT:
        return
    now = portal_now()
    before = {"status": row.status}
    row.take_status_of(None)
    row.validated_at = None
    row.asked_again_for = event.version
    row.resubmit_until = second_try_until(context.period, now)
    row.revision += 1
    if context.deposit and context.deposit.version is None:
        context.deposit.version = earlier
    of = context.candidature
    place = {
        "piece_id": row.id,
        "candidature_id": of.id,
        "code": row.code,
        "academie_code": of.academie_code,
    }
    transaction.add(
        Change(**place, at=now, kind=ChangeKind.REMOVED, numero_candidat=of.numero_candidat)
    )
    after = {"version": event.version}
    AuditEntry.record(
        transaction,
        Actor("service", "pieces"),
        "piece.asked_again",
        row.id,
        before=before,
        after=after,
    )


def hide_withdrawn(transaction: Session, event: contracts.RegistrationWithdrawn) -> None:
    """Add a tombstone, whether the candidature's own event has come or not."""
    tombstone = transaction.get(Withdrawal, event.candidature_id, with_for_update=True)
    if tombstone is None:
        tombstone = Withdrawal(candidature_id=event.candidature_id, version=0)
        transaction.add(tombstone)
    if event.version > tombstone.version:
        tombstone.version = event.version
        tombstone.withdrawn_at = datetime.fromisoformat(event.withdrawn_at)


def update_deposit_period(transaction: Session, event: contracts.WindowChanged) -> None:
    """Save the newest dates of an opening, which readers take in place of those of any version, and
    its options."""
    key = (event.exam, event.session, event.academie)
    window = transaction.get(Window, key, with_for_update=True)
    if window is None:
        window = Window(
            exam_code=event.exam,
            session_name=event.session,
            academie_code=event.academie,
            revision=0,
        )
        window.options = SessionOptions()
        transaction.add(window)
    if event.revision > window.revision:
        window.revision = event.revision
        window.deposit_opens = datetime.fromisoformat(event.deposit_opens)
        window.deposit_closes = datetime.fromisoformat(event.deposit_closes)
        window.options = event.options_after(window.options)


def _copy_labels(candidature: Candidature, event: contracts.RegistrationSaved) -> None:
    for column, value in contracts.copied_columns(event).items():
        setattr(candidature, column, value)
    candidature.exam_code = event.exam.code
    candidature.session_name = event.session.name
    candidature.nom = event.identity.nom_usage or event.identity.nom_famille
    candidature.prenoms = event.identity.prenoms
    candidature.birth_date = date.fromisoformat(event.identity.date_naissance)


def _columns_of(piece: contracts.PieceAsked, position: int) -> dict[str, Any]:
    columns = {name: value for name, value in vars(piece).items() if name != "proves_version"}
    return columns | {
        "asked": True,
        "position": position,
        "formats": list(piece.formats),
        "deposit_opens": datetime.fromisoformat(piece.deposit_opens),
        "deposit_closes": datetime.fromisoformat(piece.deposit_closes),
    }


def _update(row: Piece, values: dict[str, Any]) -> None:
    """Its etag changes only where the piece begins or ceases to be asked for."""
    if all(getattr(row, name) == value for name, value in values.items()):
        return
    if values["asked"] != row.asked:
        row.revision += 1
    for name, value in values.items():
        setattr(row, name, value)
