"""Rows of documents made again from what the keys of their objects say, after a database was lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.documents.domain.object_keys import DocumentName, read_key
from services.documents.domain.types import DocumentType
from services.documents.models import Candidature, Document, SavedVersion, db
from services.documents.operations.making import Kept, assign
from services.documents.operations.reconciliation import reconciliation
from services.objects import ObjectMissing
from services.objects.rebuilding import Outcome, Rebuilt, is_recent


def rebuild(*, write: bool, minutes: int) -> Iterator[Rebuilt]:
    """For each document of which both forms are unknown objects: its row is made, or could be. Raises
    StoreUnavailable.

    `minutes`: what was written less long ago is left alone.
    Both forms lie side by side, so they come one after the other. A publication bears its type's label from then on:
    its title is known to no key. What a gestionnaire uploaded needs no row: each document has a copy of its own.
    """
    waiting: _Form | None = None
    for key in reconciliation().unknown():
        form = _form_of(key)
        if form is not None and waiting is not None and form.is_other_form_of(waiting):
            yield _rebuilt(form.name, {waiting.extension: waiting.key, form.extension: key}, write, minutes)
            waiting = None
            continue
        if waiting is not None:
            yield Rebuilt(waiting.key, Outcome.INCOMPLETE)
        waiting = form
        if form is None:
            yield Rebuilt(key, Outcome.NO_ROW)
    if waiting is not None:
        yield Rebuilt(waiting.key, Outcome.INCOMPLETE)


@dataclass(frozen=True)
class _Form:
    key: str
    name: DocumentName
    extension: str

    def is_other_form_of(self, form: _Form) -> bool:
        return self.name == form.name and self.extension != form.extension


def _form_of(key: str) -> _Form | None:
    read = read_key(key)
    if read is None or read[0].type not in set(DocumentType):
        return None
    return _Form(key, read[0], read[1])


def _rebuilt(name: DocumentName, keys: Mapping[str, str], write: bool, minutes: int) -> Rebuilt:
    store, pdf_key = reconciliation().store, keys["pdf"]
    try:
        if any(is_recent(store, key, minutes) for key in keys.values()):
            return Rebuilt(pdf_key, Outcome.RECENT)
        pdf, html = (Kept(keys[form], store.size_and_digest(keys[form])) for form in ("pdf", "html"))
        written_at = store.written_at(pdf_key)
    except ObjectMissing:  # gone since it was listed
        return Rebuilt(pdf_key, Outcome.INCOMPLETE)
    if not (_is_whole(pdf) and _is_whole(html)):
        return Rebuilt(pdf_key, Outcome.CHANGED)
    with db.operation() as session:
        if session.get(Candidature, name.candidature_id, with_for_update=True) is None:
            return Rebuilt(pdf_key, Outcome.OWNER_UNKNOWN)
        if name.version and session.get(SavedVersion, (name.candidature_id, name.version)) is None:
            return Rebuilt(pdf_key, Outcome.OWNER_UNKNOWN)
        if _is_there(session, name):
            return Rebuilt(pdf_key, Outcome.REPLACED)
        if write:
            document = _document(session, name, written_at)
            assign(document, pdf, html)
            session.add(document)
    return Rebuilt(pdf_key, Outcome.REBUILT)


def _is_whole(kept: Kept) -> bool:
    read = read_key(kept.key)
    return read is not None and read[2] == kept.stored.sha256


def _is_there(session: Session, name: DocumentName) -> bool:
    if session.get(Document, name.document_id) is not None:
        return True
    same = select(Document.id).filter_by(candidature_id=name.candidature_id, type=name.type, version=name.version)
    return session.scalar(same) is not None


def _document(session: Session, name: DocumentName, written_at: datetime) -> Document:
    same = select(func.max(Document.version)).filter_by(candidature_id=name.candidature_id, type=name.type)
    return Document(
        id=name.document_id,
        candidature_id=name.candidature_id,
        type=name.type,
        version=name.version or (session.scalar(same) or 0) + 1,
        label=DocumentType(name.type).label,
        published_at=written_at,
    )
