"""What documents does after a commit, outside any transaction: making documents, however long the store is down."""

from __future__ import annotations

from typing import Any

from services.chassis.events import Channel, Envelope
from services.documents.handlers import registry
from services.documents.operations.copies import MAKE_DOCUMENTS
from services.documents.operations.making import make_documents
from services.documents.operations.publishing import PUBLISH_DOCUMENT, publish_document
from services.documents.parts import parts

__all__ = ["registry"]  # with the follow-ups below on it

DOCUMENTS = Channel("documents")


@registry.follow_up(MAKE_DOCUMENTS, DOCUMENTS)
def make(data: dict[str, Any], envelope: Envelope) -> None:
    """Make what is missing of a version's documents."""
    make_documents(parts(), str(data["candidature_id"]), int(data["version"]))


@registry.follow_up(PUBLISH_DOCUMENT, DOCUMENTS)
def publish(data: dict[str, Any], envelope: Envelope) -> None:
    """Make one candidature's document of a publication."""
    publish_document(parts(), str(data["publication_id"]), str(data["candidature_id"]))
