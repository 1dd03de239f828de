"""Rows and objects compared: which columns of documents name objects of the store, how a lost automatic document is
created again, and lost rows rebuilt from the keys of their objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.process.logs import frames_of, reason_of
from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType
from services.documents.dependencies import Dependencies, dependencies
from services.documents.domain.document_names import DocumentName, read_key
from services.documents.models import Candidature, Document, ImportDocument, Publication, SavedVersion, db
from services.documents.operations.automatic_documents import render_automatic
from services.documents.operations.publishing import new_document
from services.documents.operations.rendered_documents import StoredFile, assign_files, store_rendered
from services.documents.queries.candidatures import saved_event
from services.documents.queries.imports import declared_label
from services.objects import ObjectMissing, StoreUnavailable, operation_naming, retire
from services.objects.comparison import KeyColumn, LostObject
from services.objects.rebuilding import Outcome, Rebuilt, is_recent
from services.objects.reconciliation import Reconciliation

log = structlog.get_logger()

_GUIDE_LABELS = {str(document_type): document_type.label for document_type in DocumentType}

_COLUMNS = (
    KeyColumn(Document.pdf_key, Document.id),
    KeyColumn(Document.html_key, Document.id),
    KeyColumn(Publication.pdf_key, Publication.id),
    KeyColumn(ImportDocument.pdf_key, ImportDocument.id),
)


def reconciliation() -> Reconciliation:
    """Of the running process; needs an application context."""
    return Reconciliation("documents", db, dependencies().store, _COLUMNS, mend=_recreate_lost)


class _ChangedMeanwhile(Exception):
    """The document's row names other objects than when they were found lost."""


def _recreate_lost(lost: Sequence[LostObject]) -> list[LostObject]:
    """Create the documents of lost objects again; returns those for which it succeeded. Raises StoreUnavailable."""
    row_ids = dict.fromkeys(item.row_id for item in lost)
    recreated = {row_id for row_id in row_ids if _try_to_recreate(dependencies(), row_id)}
    return [item for item in lost if item.row_id in recreated]


def _try_to_recreate(dependencies: Dependencies, document_id: str | None) -> bool:
    """Whether it succeeded; a document that cannot be rendered does not hold up the others. Raises StoreUnavailable."""
    try:
        return document_id is not None and _recreate(dependencies, document_id)
    except StoreUnavailable:
        raise
    except Exception as error:
        log.error("document_not_made_again", document_id=document_id, reason=reason_of(error), frames=frames_of(error))
        return False


def _recreate(dependencies: Dependencies, document_id: str) -> bool:
    """Render an automatic document from its version and point its row at the new objects."""
    with db.reading() as session:
        document = session.get_one(Document, document_id)
    event = None
    if document.type in AUTOMATIC_TYPES:
        event = saved_event(document.candidature_id, document.version, document.edition)
    if event is None:
        return False
    document_type = DocumentType(document.type)
    before = (document.pdf_key, document.html_key)
    remaining = [key for key in before if dependencies.store.exists(key)]
    name = DocumentName.new(document.candidature_id, document.type, document.version, document.id, document.edition)
    rendered = render_automatic(document_type, event, dependencies.letterhead)
    pdf, html = store_rendered(dependencies.store, rendered, name)
    with operation_naming(db, dependencies.store, pdf.key, html.key) as session:
        row = session.get_one(Document, document_id, with_for_update=True)
        if (row.pdf_key, row.html_key) != before:
            raise _ChangedMeanwhile
        retire(session, *remaining)
        assign_files(row, pdf, html)
    log.info("document_made_again", document_id=document_id)
    return True


def rebuild(*, write: bool, minutes: int) -> Iterator[Rebuilt]:
    """For each document whose PDF and HTML are both objects without a row: create its row (`write`), or say that it
    could be created. Raises StoreUnavailable.

    `minutes`: objects written more recently are left alone.
    Both files of a document follow one another in the order of keys. A published document gets its type's label, as no
    key holds its title. A gestionnaire's uploaded PDF needs no row: each document has its own copy.
    """
    pending: _File | None = None
    for key in reconciliation().unknown():
        file = _file_of(key)
        if file is not None and pending is not None and file.is_other_format_of(pending):
            yield _rebuild_row(file.name, {pending.extension: pending.key, file.extension: key}, write, minutes)
            pending = None
            continue
        if pending is not None:
            yield Rebuilt(pending.key, Outcome.INCOMPLETE)
        pending = file
        if file is None:
            yield Rebuilt(key, Outcome.NO_ROW)
    if pending is not None:
        yield Rebuilt(pending.key, Outcome.INCOMPLETE)


@dataclass(frozen=True)
class _File:
    key: str
    name: DocumentName
    extension: str

    def is_other_format_of(self, other: _File) -> bool:
        return self.name == other.name and self.extension != other.extension


def _file_of(key: str) -> _File | None:
    parsed = read_key(key)
    if parsed is None:
        return None
    return _File(key, parsed[0], parsed[1])


def _rebuild_row(name: DocumentName, keys: Mapping[str, str], write: bool, minutes: int) -> Rebuilt:
    store, pdf_key = reconciliation().store, keys["pdf"]
    try:
        if any(is_recent(store, key, minutes) for key in keys.values()):
            return Rebuilt(pdf_key, Outcome.RECENT)
        pdf, html = (
            StoredFile(keys[extension], store.size_and_digest(keys[extension])) for extension in ("pdf", "html")
        )
        written_at = store.written_at(pdf_key)
    except ObjectMissing:  # gone since it was listed
        return Rebuilt(pdf_key, Outcome.INCOMPLETE)
    if not (_is_unchanged(pdf) and _is_unchanged(html)):
        return Rebuilt(pdf_key, Outcome.CHANGED)
    with db.operation() as session:
        candidature = session.get(Candidature, name.candidature_id, with_for_update=True)
        label = _label(candidature, name.type)
        if candidature is None or label is None:
            return Rebuilt(pdf_key, Outcome.OWNER_UNKNOWN)
        if name.version and session.get(SavedVersion, (name.candidature_id, name.version)) is None:
            return Rebuilt(pdf_key, Outcome.OWNER_UNKNOWN)
        if _has_row(session, name):
            return Rebuilt(pdf_key, Outcome.REPLACED)
        if write:
            declared = None if name.type in _GUIDE_LABELS else label
            document = new_document(session, name, label, at=written_at, declared_label=declared)
            assign_files(document, pdf, html)
            session.add(document)
    return Rebuilt(pdf_key, Outcome.REBUILT)


def _is_unchanged(file: StoredFile) -> bool:
    parsed = read_key(file.key)
    return parsed is not None and parsed[2] == file.stored.sha256


def _has_row(session: Session, name: DocumentName) -> bool:
    if session.get(Document, name.document_id) is not None:
        return True
    same = select(Document.id).filter_by(candidature_id=name.candidature_id, type=name.type, version=name.version)
    return session.scalar(same.filter_by(edition=name.edition)) is not None


def _label(candidature: Candidature | None, type: str) -> str | None:
    """Of the type; None for one that neither the guide nor the candidature's exam has."""
    if type in _GUIDE_LABELS:
        return _GUIDE_LABELS[type]
    return declared_label(candidature.exam_label, type) if candidature else None
