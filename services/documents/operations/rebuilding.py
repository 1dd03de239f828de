"""Rebuilds lost rows of documents from the keys of their objects, after a database was lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.contracts.document_rules import TYPE_LABELS, DocumentType
from services.documents.domain.object_keys import DocumentName, read_key
from services.documents.models import Candidature, Document, SavedVersion, db
from services.documents.operations.document_storage import StoredFile, assign_files
from services.documents.operations.reconciliation import reconciliation
from services.documents.queries.import_form import declared_label
from services.objects import ObjectMissing
from services.objects.rebuilding import Outcome, Rebuilt, is_recent


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
            document = _document(session, name, label, written_at)
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
    return session.scalar(same) is not None


def _label(candidature: Candidature | None, type: str) -> str | None:
    """Of the type; None for one that neither the guide nor the candidature's exam has."""
    if type in TYPE_LABELS:
        return TYPE_LABELS[DocumentType(type)]
    return declared_label(candidature.exam_label, type) if candidature else None


def _document(session: Session, name: DocumentName, label: str, written_at: datetime) -> Document:
    same = select(func.max(Document.version)).filter_by(candidature_id=name.candidature_id, type=name.type)
    return Document(
        id=name.document_id,
        candidature_id=name.candidature_id,
        type=name.type,
        version=name.version or (session.scalar(same) or 0) + 1,
        type_label=None if name.type in TYPE_LABELS else label,
        label=label,
        published_at=written_at,
    )
