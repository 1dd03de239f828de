"""The service's copy of candidatures, their pieces and deposit periods, kept from registrations'
events, in whatever order they come."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.clock import portal_now
from services.contracts import registrations as contracts
from services.contracts.session_options import SessionOptions
from services.pieces.domain.piece import ProvingVersion
from services.pieces.models import AuditEntry, Candidature, Piece, Window, Withdrawal
from services.pieces.operations.candidature_states import tell_state
from services.pieces.operations.change_numbering import tell_removed
from services.pieces.queries.controls import latest_control
from services.pieces.queries.pieces import PieceContext, any_piece, state_of


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
        if row is None:
            row = Piece(candidature_id=candidature.id, asked=True)
            _copy_asked(row, asked, position)
            transaction.add(row)
            continue
        _copy_asked(row, asked, position)
        # Its etag changes only where the piece begins or ceases to be asked for.
        row.store(state_of(row, None, None).ask(asked=True))
        if asked.proves_version:
            _ask_again(transaction, row, event, earlier)
        else:  # of a restored candidature, perhaps, whose confirmation is the one to sign
            row.store(state_of(row, None, None).follow(event.version))
    for row in rows_by_code.values():
        row.store(state_of(row, None, None).ask(asked=False))
    tell_state(transaction, candidature.id)


def is_erased(transaction: Session, candidature_id: str, version: int) -> bool:
    """What was erased is not stored any more, whatever arrives late."""
    tombstone = transaction.get(Withdrawal, candidature_id)
    return tombstone is not None and version <= (tombstone.erased_version or 0)


def _ask_again(
    transaction: Session, row: Piece, event: contracts.RegistrationSaved, earlier: int
) -> None:
    """Ask for the piece again, where what was given of it was for the version `earlier`.

    The file stays where it is, the decisions in its history.
    """
    context = any_piece(transaction, row.id)
    version = ProvingVersion(
        number=event.version,
        earlier=earlier,
        saved_at=datetime.fromisoformat(event.saved_at),
        given_at=_given_at(transaction, context),
    )
    now = portal_now()
    state = context.state
    asked_again = state.ask_again(version, now)
    if asked_again == state:
        return
    context.store(asked_again)
    tell_removed(transaction, context, now)
    AuditEntry.record(
        transaction,
        Actor("service", "pieces"),
        "piece.asked_again",
        row.id,
        before={"status": state.status},
        after={"version": event.version},
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


def _copy_asked(row: Piece, asked: contracts.PieceAsked, position: int) -> None:
    """Write down what the newest version asks for, at its place in the catalogue."""
    row.code = asked.code
    row.label = asked.label
    row.group_code = asked.group_code
    row.group_label = asked.group_label
    row.position = position
    row.required = asked.required
    row.formats = list(asked.formats)
    row.form = asked.form
    row.deposit_opens = datetime.fromisoformat(asked.deposit_opens)
    row.deposit_closes = datetime.fromisoformat(asked.deposit_closes)


def _given_at(transaction: Session, context: PieceContext) -> datetime | None:
    """When what there is of the piece was given: its file, or what its last control was of."""
    if context.deposit:
        return context.deposit.deposited_at
    control = latest_control(transaction, context.piece.id)
    return control.controlled_at if control else None
