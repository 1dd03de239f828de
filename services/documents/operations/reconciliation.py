"""Which rows of documents name objects, and how a lost automatic document is made again."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from services.chassis.process.failure_summary import frames_of, reason_of
from services.documents import queries
from services.documents.domain.types import AUTOMATIC, DocumentType
from services.documents.models import Document, Publication, db
from services.documents.operations.drawing import rendered
from services.documents.operations.making import assign, keep_both
from services.documents.parts import Parts, parts
from services.objects import StoreUnavailable, operation_naming, retire
from services.objects.comparison import KeyColumn, LostObject
from services.objects.reconciliation import Reconciliation

log = structlog.get_logger()

_COLUMNS = (
    KeyColumn(Document.pdf_key, Document.id),
    KeyColumn(Document.html_key, Document.id),
    KeyColumn(Publication.pdf_key, Publication.id),
)


def reconciliation() -> Reconciliation:
    """Of the running process; needs an application context."""
    return Reconciliation("documents", db, parts().store, _COLUMNS, mend=_mended)


class _ChangedMeanwhile(Exception):
    """The document points at other objects than when they were found lost."""


def _mended(lost: Sequence[LostObject]) -> list[LostObject]:
    """Those whose document was made again. Raises StoreUnavailable."""
    made = {row_id for row_id in dict.fromkeys(item.row_id for item in lost) if _is_made_again(parts(), row_id)}
    return [item for item in lost if item.row_id in made]


def _is_made_again(parts: Parts, document_id: str | None) -> bool:
    """Whether it could be; one that cannot be rendered keeps none of the others waiting. Raises StoreUnavailable."""
    try:
        return document_id is not None and _make_again(parts, document_id)
    except StoreUnavailable:
        raise
    except Exception as error:
        log.error("document_not_made_again", document_id=document_id, reason=reason_of(error), frames=frames_of(error))
        return False


def _make_again(parts: Parts, document_id: str) -> bool:
    """Render an automatic document from its version and point its row at the new objects."""
    with db.reading() as session:
        document = session.get_one(Document, document_id)
    kind = DocumentType(document.type)
    event = queries.saved_version(document.candidature_id, document.version) if kind in AUTOMATIC else None
    if event is None:
        return False
    before = (document.pdf_key, document.html_key)
    left = [key for key in before if parts.store.exists(key)]
    pdf, html = keep_both(parts, document, rendered(kind, event, parts.letterhead))
    with operation_naming(db, parts.store, pdf.key, html.key) as session:
        row = session.get_one(Document, document_id, with_for_update=True)
        if (row.pdf_key, row.html_key) != before:
            raise _ChangedMeanwhile
        retire(session, *left)
        assign(row, pdf, html)
    log.info("document_made_again", document_id=document_id)
    return True
