"""Creates the automatic documents of a saved version: rendered, stored, read back, and only then given a row."""

from __future__ import annotations

from datetime import datetime

import structlog
from prometheus_client import Histogram
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.chassis.clock import portal_now
from services.chassis.database.transactions import new_id
from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType
from services.contracts.registrations import RegistrationSaved
from services.documents.dependencies import Dependencies
from services.documents.models import Document, db
from services.documents.operations.document_storage import assign_files, store_document
from services.documents.operations.rendering_cache import (
    cached_rendering,
    delete_cached_rendering,
    render_automatic,
)
from services.documents.queries.candidatures import saved_event
from services.objects import operation_naming

log = structlog.get_logger()

# Up to what an operator should hear of, and up to what an outage of the store may last.
SECONDS_AFTER_SAVE = Histogram(
    "documents_after_save_seconds",
    "From « Enregistrer » to the document in the store",
    ("type",),
    buckets=(1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14400, 86400),
)
for _type in AUTOMATIC_TYPES:  # each is exported from the start, so that the first document is a growth
    SECONDS_AFTER_SAVE.labels(_type.value)


def create_automatic_documents(dependencies: Dependencies, candidature_id: str, version: int) -> None:
    """Create those automatic documents of a version that are missing. Raises StoreUnavailable, to be tried again."""
    event = saved_event(candidature_id, version)
    if event is None:
        log.warning("version_gone", candidature_id=candidature_id, version=version)
        return
    existing_types = _existing_types(candidature_id, version)
    for document_type in AUTOMATIC_TYPES:
        if document_type not in existing_types:
            _create(dependencies, document_type, event)


def _existing_types(candidature_id: str, version: int) -> frozenset[str]:
    statement = select(Document.type).filter_by(candidature_id=candidature_id, version=version)
    with db.reading() as session:
        return frozenset(session.scalars(statement))


def _create(dependencies: Dependencies, document_type: DocumentType, event: RegistrationSaved) -> None:
    document = Document(
        id=new_id(),
        candidature_id=event.candidature_id,
        type=document_type.value,
        version=event.version,
        label=document_type.label,
        published_at=datetime.fromisoformat(event.saved_at),  # its version's date, however late it is created
    )
    rendered = cached_rendering(document_type, event) or render_automatic(document_type, event, dependencies.letterhead)
    pdf, html = store_document(dependencies.store, document, rendered)
    assign_files(document, pdf, html)
    try:
        with operation_naming(db, dependencies.store, pdf.key, html.key) as session:
            session.add(document)
            delete_cached_rendering(session, document_type, event)
        SECONDS_AFTER_SAVE.labels(document_type.value).observe((portal_now() - document.published_at).total_seconds())
    except IntegrityError:
        # Another worker was faster with the same document: this one is not needed.
        if document_type not in _existing_types(event.candidature_id, event.version):
            raise
