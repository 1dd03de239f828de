"""What documents does when registrations tells of a candidature, and its own follow-ups: making documents."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.chassis.events import Envelope, Handlers
from services.contracts.registrations import RegistrationSaved, RegistrationWithdrawn
from services.documents.operations.copies import MAKE_DOCUMENTS, hide, keep_version
from services.documents.operations.making import make_documents
from services.documents.operations.publishing import PUBLISH_DOCUMENT, publish_document
from services.documents.parts import parts

registry = Handlers("documents")


@registry.on(RegistrationSaved)
def keep_saved_version(session: Session, event: RegistrationSaved, envelope: Envelope) -> None:
    """Keep the version; its documents follow outside this transaction, however long the store is down."""
    keep_version(session, event)


@registry.on(RegistrationWithdrawn)
def hide_withdrawn(session: Session, event: RegistrationWithdrawn, envelope: Envelope) -> None:
    """Hide the candidature with its documents."""
    hide(session, event)


@registry.follow_up(MAKE_DOCUMENTS)
def make(data: dict[str, Any], envelope: Envelope) -> None:
    """Make what is missing of a version's documents."""
    make_documents(parts(), str(data["candidature_id"]), int(data["version"]))


@registry.follow_up(PUBLISH_DOCUMENT)
def publish(data: dict[str, Any], envelope: Envelope) -> None:
    """Make one candidature's document of a publication."""
    publish_document(parts(), str(data["publication_id"]), str(data["candidature_id"]))
