"""Makes the automatic documents of a saved version: rendered, stored, read back, and only then known."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.chassis.clock import portal_now, system_now
from services.chassis.objects import ObjectStore, Stored, StoreUnavailable
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.types import AUTOMATIC, DocumentType
from services.documents.models import Document, db
from services.documents.operations.printshop import digest_of, printed
from services.documents.parts import Parts
from services.documents.queries import saved_version
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.demande import demande
from services.documents.rendering.printing import Rendered
from services.documents.rendering.sheet import Letterhead

log = structlog.get_logger()

_SHEETS = {DocumentType.CONFIRMATION: confirmation, DocumentType.DEMANDE: demande}
PREFIX = "documents"


class BytesChanged(Exception):
    """The store gave back other bytes than it was given."""


@dataclass(frozen=True)
class Kept:
    """One form of a document in the store."""

    key: str
    stored: Stored


def rendered(kind: DocumentType, event: RegistrationSaved, letterhead: Letterhead) -> Rendered:
    """An automatic document of that version, from its event alone."""
    return printed(_SHEETS[kind](event, letterhead), kind.value, event.candidature_id)


def make_documents(parts: Parts, candidature_id: str, version: int) -> None:
    """Make what is missing of a version's automatic documents. Raises StoreUnavailable, to be tried again."""
    event = saved_version(candidature_id, version)
    if event is None:
        log.warning("version_gone", candidature_id=candidature_id, version=version)
        return
    missing = [kind for kind in AUTOMATIC if not _is_made(candidature_id, kind, version)]
    for kind in missing:
        _make(parts, kind, event)


def _is_made(candidature_id: str, kind: DocumentType, version: int) -> bool:
    wanted = select(Document.id).filter_by(candidature_id=candidature_id, type=kind.value, version=version)
    with db.reading() as session:
        return session.scalar(wanted) is not None


def _make(parts: Parts, kind: DocumentType, event: RegistrationSaved) -> None:
    made = rendered(kind, event, parts.letterhead)
    pdf, html = keep_rendered(parts.store, made)
    document = Document(
        candidature_id=event.candidature_id,
        type=kind.value,
        version=event.version,
        label=kind.label,
        published_at=portal_now(),
    )
    assign(document, pdf, html)
    try:
        with db.operation() as session:
            session.add(document)
    except IntegrityError:
        # Another worker was faster with the same document: ours is not needed.
        if not _is_made(event.candidature_id, kind, event.version):
            raise
        discard(parts.store, pdf.key, html.key)


def assign(document: Document, pdf: Kept, html: Kept) -> None:
    """Point a row at the bytes just kept."""
    document.pdf_key, document.pdf_size, document.pdf_sha256 = pdf.key, pdf.stored.size, pdf.stored.sha256
    document.html_key, document.html_size, document.html_sha256 = html.key, html.stored.size, html.stored.sha256


def keep_both(parts: Parts, kind: DocumentType, event: RegistrationSaved) -> tuple[Kept, Kept]:
    """Render a document anew and keep both forms under new keys."""
    return keep_rendered(parts.store, rendered(kind, event, parts.letterhead))


def discard(store: ObjectStore, *keys: str) -> None:
    """Delete objects that no row will name; what cannot be deleted now is found by the nightly job."""
    for key in keys:
        try:
            store.delete(key)
        except StoreUnavailable:
            log.warning("object_left_behind", key=key)


def keep_rendered(store: ObjectStore, made: Rendered) -> tuple[Kept, Kept]:
    """Keep both forms. Raises StoreUnavailable, BytesChanged."""
    pdf = keep_bytes(store, made.pdf, "pdf", "application/pdf")
    return pdf, keep_bytes(store, made.html, "html", "text/html; charset=utf-8")


def keep_bytes(store: ObjectStore, content: bytes, extension: str, content_type: str, folder: str = PREFIX) -> Kept:
    """Write under a new random key and compare what is read back. Raises StoreUnavailable, BytesChanged."""
    # The day in the key lets the nightly job tell a leftover from an object whose row is about to be committed.
    key = f"{folder}/{system_now():%Y%m%d}/{uuid.uuid4().hex}.{extension}"
    stored = store.put(key, io.BytesIO(content), len(content), content_type)
    if stored != digest_of(content):
        raise BytesChanged(key)
    return Kept(key, stored)
