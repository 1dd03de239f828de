"""Makes the automatic documents of a saved version: rendered, stored, read back, and only then known."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.chassis.database.transactions import new_id
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.object_keys import DocumentName
from services.documents.domain.types import AUTOMATIC, DocumentType
from services.documents.models import Document, db
from services.documents.operations.drawing import drawing_left, forget_drawing, rendered
from services.documents.operations.printshop import digest_of
from services.documents.parts import Parts
from services.documents.queries import saved_version
from services.documents.rendering.printing import Rendered
from services.objects import ContentDigest, ObjectStore, discard, operation_naming, put_verified

log = structlog.get_logger()


@dataclass(frozen=True)
class Kept:
    """One form of a document in the store."""

    key: str
    stored: ContentDigest


def make_documents(parts: Parts, candidature_id: str, version: int) -> None:
    """Make what is missing of a version's automatic documents. Raises StoreUnavailable, to be tried again."""
    event = saved_version(candidature_id, version)
    if event is None:
        log.warning("version_gone", candidature_id=candidature_id, version=version)
        return
    made = _types_made(candidature_id, version)
    for kind in AUTOMATIC:
        if kind not in made:
            _make(parts, kind, event)


def _types_made(candidature_id: str, version: int) -> frozenset[str]:
    wanted = select(Document.type).filter_by(candidature_id=candidature_id, version=version)
    with db.reading() as session:
        return frozenset(session.scalars(wanted))


def _make(parts: Parts, kind: DocumentType, event: RegistrationSaved) -> None:
    document = Document(
        id=new_id(),
        candidature_id=event.candidature_id,
        type=kind.value,
        version=event.version,
        label=kind.label,
        published_at=datetime.fromisoformat(event.saved_at),  # its version's date, however late it is made
    )
    paper = drawing_left(kind, event) or rendered(kind, event, parts.letterhead)
    pdf, html = keep_both(parts, document, paper)
    assign(document, pdf, html)
    try:
        with operation_naming(db, parts.store, pdf.key, html.key) as session:
            session.add(document)
            forget_drawing(session, kind, event)
    except IntegrityError:
        # Another worker was faster with the same document: ours is not needed.
        if kind not in _types_made(event.candidature_id, event.version):
            raise


def assign(document: Document, pdf: Kept, html: Kept) -> None:
    """Point a row at the bytes just kept."""
    document.pdf_key, document.pdf_size, document.pdf_sha256 = pdf.key, pdf.stored.size, pdf.stored.sha256
    document.html_key, document.html_size, document.html_sha256 = html.key, html.stored.size, html.stored.sha256


def keep_both(parts: Parts, document: Document, paper: Rendered) -> tuple[Kept, Kept]:
    """Keep both forms of a document under new keys. Raises StoreUnavailable, BytesChanged."""
    name = DocumentName.new(document.candidature_id, document.type, document.version, document.id)
    return keep_rendered(parts.store, paper, name)


def keep_rendered(store: ObjectStore, made: Rendered, name: DocumentName) -> tuple[Kept, Kept]:
    """Keep both forms, or neither. Raises StoreUnavailable, BytesChanged."""
    pdf = _keep_form(store, name, made.pdf, "pdf", "application/pdf")
    try:
        return pdf, _keep_form(store, name, made.html, "html", "text/html; charset=utf-8")
    except BaseException:
        discard(store, pdf.key)
        raise


def _keep_form(store: ObjectStore, name: DocumentName, content: bytes, extension: str, content_type: str) -> Kept:
    stored = digest_of(content)
    key = name.key(extension, stored.sha256)
    put_verified(store, key, io.BytesIO(content), stored, content_type)
    return Kept(key, stored)
