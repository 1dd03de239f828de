"""Opens a published document for staff; each opening is in the audit trail."""

from __future__ import annotations

from services.contracts.document_rules import FileFormat
from services.documents.dependencies import Dependencies
from services.documents.domain.publisher import Publisher
from services.documents.models import db
from services.documents.operations.document_files import File, file_of
from services.documents.operations.imports import record
from services.documents.queries.documents import document_for_staff


def open_document(dependencies: Dependencies, staff: Publisher, document_id: str) -> File:
    """The PDF, also of what was withdrawn. Raises NotFound outside the académies of `staff`, Unavailable."""
    document, candidature = document_for_staff(document_id, staff.academies)
    file = file_of(dependencies, document, candidature, FileFormat.PDF)
    with db.operation() as session:
        record(session, staff, "document.opened", document_id, candidature=candidature.id)
    return file
