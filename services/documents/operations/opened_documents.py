"""Records that a candidate opened what a gestionnaire published: it is no longer listed as to be read."""

from __future__ import annotations

from sqlalchemy import update

from services.chassis.clock import portal_now
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.documents.models import Document, db
from services.documents.queries.documents import document_of, is_unopened


def mark_opened(candidate_id: str, document_id: str) -> None:
    """Record the first opening only. Raises NotFound for a document that is unknown, hidden or someone else's."""
    document, _ = document_of(candidate_id, document_id)
    if document.opened_at is not None or document.type in AUTOMATIC_TYPES:
        return
    with db.operation() as session:
        unopened = update(Document).where(Document.id == document_id, is_unopened())
        session.execute(unopened.values(opened_at=portal_now()))
