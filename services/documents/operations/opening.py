"""A candidate opens what a gestionnaire published for him: it is no longer among what he has to read."""

from __future__ import annotations

from sqlalchemy import update

from services.chassis.clock import portal_now
from services.documents import queries
from services.documents.domain.types import PUBLISHED
from services.documents.models import Document, db


def note_opened(candidate_id: str, document_id: str) -> None:
    """Write down the first time. Raises NotFound for a document that is unknown, hidden or someone else's."""
    document, _ = queries.own_document(candidate_id, document_id)
    if document.opened_at is not None or document.type not in PUBLISHED:
        return
    with db.operation() as session:
        unread = update(Document).where(Document.id == document_id, queries.is_to_read())
        session.execute(unread.values(opened_at=portal_now()))
