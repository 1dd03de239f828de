"""The files of documents: read from the store, or rendered at once where that cannot be; and who
opened them.

Whoever asks for what is unknown, hidden or someone else's gets NotFound, always the same.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import update

from services.chassis.errors import NotFound, Unavailable, found
from services.clock import portal_now
from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType, FileFormat
from services.contracts.registrations import RegistrationSaved
from services.documents.dependencies import Dependencies
from services.documents.domain.document_names import filename
from services.documents.domain.recipients import Publisher
from services.documents.models import Candidature, Document, db
from services.documents.operations.automatic_documents import render_again, stored_or_made
from services.documents.operations.candidature_copies import store_version_now
from services.documents.operations.imports import record
from services.documents.operations.publishing import size_and_digest
from services.documents.queries import candidatures
from services.documents.queries.documents import document_for_staff, document_of, is_unopened
from services.documents.rendering import pdf_and_html
from services.documents.rendering.piece_sheets import form_offered, formulaire
from services.objects import ObjectMissing, StoreUnavailable

log = structlog.get_logger()


@dataclass(frozen=True)
class File:
    """Bytes to send, and the name under which they are saved."""

    content: bytes
    filename: str
    format: FileFormat


def file_of(
    dependencies: Dependencies,
    document: Document,
    candidature: Candidature,
    file_format: FileFormat,
) -> File:
    """Return a file of a document of that candidature.

    Raises Unavailable if only the store has it and does not answer.
    """
    content = _content_of(dependencies, document, file_format)
    name = filename(
        document.label,
        candidature.session_label,
        file_format,
        document.printed_version,
        document.edition,
    )
    return File(content, name, file_format)


def confirmation_file(
    dependencies: Dependencies,
    candidate_id: str,
    candidature_id: str,
    version: int | None,
    file_format: FileFormat,
) -> File:
    """Return the confirmation of a version (None: the current one) at once, whatever event is late
    or service is down.

    Raises NotFound; Unavailable if nothing is known here of that version and registrations does not
    answer.
    """
    event = _version_event(dependencies, candidate_id, candidature_id, version)
    document_type = DocumentType.CONFIRMATION
    existing = stored_or_made(dependencies, document_type, event)
    if isinstance(existing, Document):
        content = _content_of(dependencies, existing, file_format)
    else:
        content = existing.in_format(file_format)
    name = filename(
        document_type.label, event.session.label, file_format, event.version, event.edition
    )
    return File(content, name, file_format)


def form_file(
    dependencies: Dependencies,
    candidate_id: str,
    candidature_id: str,
    code: str,
    file_format: FileFormat,
) -> File:
    """Return a form that the candidature may fill in, with the data of its current version.

    Raises NotFound; Unavailable as `confirmation_file` does.
    """
    event = _version_event(dependencies, candidate_id, candidature_id, None)
    store_version_now(event)
    form = found(form_offered(event, code))
    rendered = pdf_and_html.render(formulaire(event, form, dependencies.letterhead))
    name = filename(form.title, event.session.label, extension=file_format)
    return File(rendered.in_format(file_format), name, file_format)


def _version_event(
    dependencies: Dependencies, candidate_id: str, candidature_id: str, version: int | None
) -> RegistrationSaved:
    """Return the version asked for, from our copy or from registrations, whose current one may be
    ahead of our copy. Raises NotFound, Unavailable."""
    with db.reading() as transaction:
        candidature = candidatures.candidature_of(transaction, candidate_id, candidature_id)
    stored = candidatures.saved_event(candidature_id, version) if candidature and version else None
    if stored is not None:
        return stored
    try:
        event = dependencies.registrations.version(candidature_id, version)
    except Unavailable:
        if candidature is None or version is not None:
            raise
        return found(candidatures.saved_event(candidature.id, candidature.version))
    if event is None or event.candidate_id != candidate_id or candidatures.is_withdrawn(event):
        raise NotFound()
    return event


def _content_of(dependencies: Dependencies, document: Document, file_format: FileFormat) -> bytes:
    """Return the bytes as they were stored, made again where the store lost or changed them, or
    does not answer. Raises Unavailable where they cannot be."""
    pdf = (document.pdf_key, document.pdf_sha256)
    html = (document.html_key, document.html_sha256)
    key, sha256 = pdf if file_format is FileFormat.PDF else html
    try:
        content = dependencies.store.read(key)
        if size_and_digest(content).sha256 == sha256:
            return content
        log.error("document_changed_in_store", document_id=document.id)
    except (ObjectMissing, StoreUnavailable) as error:
        log.warning("document_not_in_store", document_id=document.id, reason=type(error).__name__)
    if rendered := render_again(dependencies, document):
        return rendered.in_format(file_format)
    raise Unavailable("Ce document n'est pas disponible pour le moment.")


def open_document(dependencies: Dependencies, staff: Publisher, document_id: str) -> File:
    """Return the PDF of a document, also of one that was withdrawn, and note who opened it.

    Raises NotFound outside the académies of `staff`, Unavailable.
    """
    with db.reading_for_staff() as transaction:
        document, candidature = document_for_staff(transaction, document_id, staff)
    file = file_of(dependencies, document, candidature, FileFormat.PDF)
    with db.operation() as transaction:
        record(transaction, staff, "document.opened", document_id, candidature=candidature.id)
    return file


def mark_opened(candidate_id: str, document_id: str) -> None:
    """Record the first opening only. Raises NotFound for a document that is unknown, hidden or
    someone else's."""
    document, _ = document_of(candidate_id, document_id)
    if document.opened_at is not None or document.type in AUTOMATIC_TYPES:
        return
    with db.operation() as transaction:
        unopened = update(Document).where(Document.id == document_id, is_unopened())
        transaction.execute(unopened.values(opened_at=portal_now()))
