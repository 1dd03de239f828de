"""Reactions to registrations' events about a candidature."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.chassis.events import Envelope, Handlers
from services.contracts.registrations import RegistrationSaved, RegistrationWithdrawn
from services.documents.operations.candidature_copies import store_version, store_withdrawal

registry = Handlers("documents")


@registry.on(RegistrationSaved)
def keep_saved_version(session: Session, event: RegistrationSaved, envelope: Envelope) -> None:
    """Store the version; its documents follow outside this transaction, however long the store is down."""
    store_version(session, event)


@registry.on(RegistrationWithdrawn)
def hide_withdrawn(session: Session, event: RegistrationWithdrawn, envelope: Envelope) -> None:
    """Hide the candidature with its documents."""
    store_withdrawal(session, event)
