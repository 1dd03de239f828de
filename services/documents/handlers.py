"""Reactions to registrations' events about a candidature, and to pieces' reminders."""

from sqlalchemy.orm import Session

from services.chassis.events import Envelope
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.rows import erase_subject
from services.contracts import registrations as contracts
from services.contracts.pieces import PiecesReminded
from services.documents.operations import candidature_copies
from services.documents.operations.automatic_documents import request_reminders
from services.documents.operations.erasure import erase_documents

registry = Handlers("documents")


@registry.on(contracts.RegistrationSaved)
def keep_saved_version(session: Session, event: contracts.RegistrationSaved, envelope: Envelope) -> None:
    """Store the version; its documents follow outside this transaction, tried for about a day, then parked."""
    if candidature_copies.is_erased(session, event.candidature_id, event.version):
        erase_subject(session, envelope.subject, naming=event.candidature_id)  # with this task, which holds names
    candidature_copies.store_version(session, event)


@registry.on(contracts.DatesMoved)
def keep_moved_dates(session: Session, event: contracts.DatesMoved, envelope: Envelope) -> None:
    """What prints these dates is made again, after what was just saved."""
    candidature_copies.store_editions(session, event)


@registry.on(contracts.RegistrationValidated)
def print_validation(session: Session, event: contracts.RegistrationValidated, envelope: Envelope) -> None:
    """The confirmation is made again, with the instant in the place of the signature."""
    candidature_copies.store_validation(session, event)


@registry.on(contracts.RegistrationWithdrawn)
def hide_withdrawn(session: Session, event: contracts.RegistrationWithdrawn, envelope: Envelope) -> None:
    """Hide the candidature with its documents."""
    candidature_copies.store_withdrawal(session, event)


@registry.on(contracts.DataErased)
def erase_data(session: Session, event: contracts.DataErased, envelope: Envelope) -> None:
    """Erase documents and copies of these candidatures; objects go with the next erasure of retired ones."""
    erase_documents(session, event)


@registry.on(contracts.DocumentsDeclared)
def keep_declared_documents(session: Session, event: contracts.DocumentsDeclared, envelope: Envelope) -> None:
    """Exam offices may publish what the catalogue declares now."""
    candidature_copies.store_declared(session, event)


@registry.on(PiecesReminded)
def make_reminder_documents(session: Session, event: PiecesReminded, envelope: Envelope) -> None:
    """The « Relance de pièces justificatives » of each candidature follows outside this transaction."""
    request_reminders(session, event, envelope.id)
