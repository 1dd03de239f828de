"""Which rows of documents name objects, and how a lost automatic document is made again."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from services.chassis.objects import operation_naming, retire
from services.chassis.objects.comparison import Lost, NamingColumn
from services.chassis.objects.reconciliation import Reconciliation
from services.documents import queries
from services.documents.domain.types import AUTOMATIC, DocumentType
from services.documents.models import Document, Publication, db
from services.documents.operations.making import assign, keep_both
from services.documents.parts import Parts, parts

log = structlog.get_logger()

_COLUMNS = (
    NamingColumn(Document.pdf_key, Document.id),
    NamingColumn(Document.html_key, Document.id),
    NamingColumn(Publication.pdf_key, Publication.id),
)


def reconciliation() -> Reconciliation:
    """Of the running process; needs an application context."""
    return Reconciliation("documents", db, parts().store, _COLUMNS, mend=_mended)


def _mended(lost: Sequence[Lost]) -> list[Lost]:
    """Those whose document was made again. Raises StoreUnavailable."""
    made = {row_id for row_id in dict.fromkeys(item.row_id for item in lost) if _is_made_again(parts(), row_id)}
    return [item for item in lost if item.row_id in made]


def _is_made_again(parts: Parts, document_id: str | None) -> bool:
    """Render an automatic document from its version and point its row at the new objects."""
    with db.reading() as session:
        document = session.get(Document, document_id) if document_id else None
    if document is None or DocumentType(document.type) not in AUTOMATIC:
        return False
    event = queries.saved_version(document.candidature_id, document.version)
    if event is None:
        return False
    left = [key for key in (document.pdf_key, document.html_key) if parts.store.exists(key)]
    pdf, html = keep_both(parts, document, event)
    with operation_naming(db, parts.store, pdf.key, html.key) as session:
        row = session.get_one(Document, document_id, with_for_update=True)
        retire(session, *left)
        assign(row, pdf, html)
    log.info("document_made_again", document_id=document_id)
    return True
