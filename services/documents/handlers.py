"""Reactions to registrations' events about a candidature and about declared documents, and to
pieces' reminders."""

from sqlalchemy.orm import Session

from services.chassis.events import Envelope
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.retention import erase_subject
from services.contracts import registrations as contracts
from services.contracts.pieces import PiecesReminded
from services.documents.operations import candidature_copies
from services.documents.operations.automatic_documents import request_reminders
from services.documents.operations.erasure import erase_documents

registry = Handlers("documents")
registry.calls(contracts.DatesMoved, "keep_moved_dates", candidature_copies.store_editions)
registry.calls(
    contracts.RegistrationValidated, "print_validation", candidature_copies.store_validation
)
registry.calls(
    contracts.RegistrationWithdrawn, "hide_withdrawn", candidature_copies.store_withdrawal
)
registry.calls(contracts.DataErased, "erase_data", erase_documents)
registry.calls(
    contracts.DocumentsDeclared, "keep_declared_documents", candidature_copies.store_declared
)


@registry.on(contracts.RegistrationSaved)
def keep_saved_version(
    transaction: Session, event: contracts.RegistrationSaved, envelope: Envelope
) -> None:
    """Store the version; its documents follow outside this transaction, tried for about a day, then
    parked."""
    if candidature_copies.is_erased(transaction, event.candidature_id, event.version):
        erase_subject(
            transaction, envelope.subject, naming=event.candidature_id
        )  # with this task, which holds names
    candidature_copies.store_version(transaction, event)


@registry.on(PiecesReminded)
def make_reminder_documents(
    transaction: Session, event: PiecesReminded, envelope: Envelope
) -> None:
    """The « Relance de pièces justificatives » of each candidature follows outside this
    transaction."""
    request_reminders(transaction, event, envelope.id)
