"""Rows and objects compared: which columns of documents name objects of the store, and how a lost
automatic document is created again."""

from collections.abc import Sequence

import structlog

from services.chassis.process.logs import frames_of, reason_of
from services.documents.dependencies import Dependencies, dependencies
from services.documents.domain.document_names import DocumentName
from services.documents.models import Document, ImportDocument, Publication, Sending, db
from services.documents.operations.automatic_documents import render_again
from services.documents.operations.publishing import name_files, operation_storing
from services.objects import StoreUnavailable, retire
from services.objects.reconciliation import KeyColumn, KeyRow, Reconciliation

log = structlog.get_logger()

_COLUMNS = (
    KeyColumn(Document.pdf_key, Document.id),
    KeyColumn(Document.html_key, Document.id),
    KeyColumn(Publication.pdf_key, Publication.id),
    KeyColumn(ImportDocument.pdf_key, ImportDocument.id),
    KeyColumn(Sending.object_key, Sending.id),
)


def reconciliation() -> Reconciliation:
    """Return the comparison of the running process; needs an application context."""
    return Reconciliation("documents", db, dependencies().store, _COLUMNS, mend=_recreate_lost)


class _ChangedMeanwhile(Exception):
    """The document's row names other objects than when they were found lost."""


def _recreate_lost(lost: Sequence[KeyRow]) -> list[KeyRow]:
    """Create the documents of lost objects again, and return those for which it succeeded.

    Raises StoreUnavailable.
    """
    recreated = set()
    for document_id in dict.fromkeys(item.row_id for item in lost if item.row_id is not None):
        try:
            if _recreate(dependencies(), document_id):
                recreated.add(document_id)
        except StoreUnavailable:
            raise
        except Exception as error:  # a document that cannot be rendered does not hold up the others
            reason = reason_of(error)
            frames = frames_of(error)
            log.error(
                "document_not_made_again", document_id=document_id, reason=reason, frames=frames
            )
    return [item for item in lost if item.row_id in recreated]


def _recreate(dependencies: Dependencies, document_id: str) -> bool:
    """Render an automatic document from its version and point its row at the new objects.

    Returns False for a document that cannot be rendered again. Raises StoreUnavailable.
    """
    with db.reading() as transaction:
        document = transaction.get_one(Document, document_id)
    rendered = render_again(dependencies, document)
    if rendered is None:
        return False
    before = (document.pdf_key, document.html_key)
    remaining = [key for key in before if dependencies.store.exists(key)]
    name = DocumentName(
        document.candidature_id, document.type, document.version, document.id, document.edition
    )
    with operation_storing(dependencies, rendered, name) as (transaction, files):
        row = transaction.get_one(Document, document_id, with_for_update=True)
        if (row.pdf_key, row.html_key) != before:
            raise _ChangedMeanwhile
        retire(transaction, *remaining)
        name_files(row, files)
    log.info("document_made_again", document_id=document_id)
    return True
