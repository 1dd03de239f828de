"""Shows a gestionnaire one document of an import before it is published; each look is in the audit trail."""

from __future__ import annotations

from services.chassis.errors import Conflict, Unavailable
from services.contracts.document_rules import READY, FileFormat
from services.documents.dependencies import Dependencies
from services.documents.domain.filenames import filename
from services.documents.domain.publisher import Publisher
from services.documents.models import db
from services.documents.operations.document_files import File
from services.documents.operations.import_publication import rendered_document
from services.documents.operations.imports import record
from services.documents.queries.imports import import_document_of, import_of
from services.objects import ObjectMissing, StoreUnavailable


def preview(
    dependencies: Dependencies, publisher: Publisher, import_id: str, document_id: str | None, format: FileFormat
) -> File:
    """The document of that id, or the first of the import. Raises NotFound, Conflict once it is published or
    given up, Unavailable."""
    row = import_of(publisher, import_id)
    document = import_document_of(publisher, import_id, document_id)
    if document.state != READY:
        raise Conflict("Ce document n'est plus à publier : il n'a pas d'aperçu.")
    try:
        rendered = rendered_document(dependencies, row, document)
    except (StoreUnavailable, ObjectMissing) as error:
        raise Unavailable("Ce document n'est pas disponible pour le moment.") from error
    with db.operation() as session:
        record(session, publisher, "document.previewed", document.id, candidature=document.candidature_id)
    content = rendered.pdf if format is FileFormat.PDF else rendered.html
    return File(content, filename(row.title, row.session_label, version=None, extension=format), format)
