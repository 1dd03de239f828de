"""Renders a sheet, with what operators watch (how many, how long), stores both formats and points a document's row at
them."""

import hashlib
import io
from dataclasses import dataclass, replace

from prometheus_client import Counter, Histogram

from services.contracts.document_rules import FileFormat
from services.documents.domain.document_names import DocumentName
from services.documents.domain.proofs import Proof
from services.documents.models import Document
from services.documents.rendering.pdf_and_html import Rendered, render
from services.documents.rendering.sheet import Sheet
from services.objects import ContentDigest, ObjectStore, discard, put_verified

RENDERED = Counter("documents_rendered_total", "Documents rendered", ("type",))
SECONDS = Histogram("documents_render_seconds", "Time to render both forms of a document", ("type",))
FORMULAIRE = "formulaire"  # a form of the catalogue, filled in; no type of a published document
DECLARED = "declared"  # a type that an exam's catalogue declares


def render_measured(sheet: Sheet, type_label: str, proof: Proof | None = None) -> Rendered:
    """Both formats of the sheet, by which that proof is verified; `type_label` is the metrics' label « type »."""
    with SECONDS.labels(type_label).time():
        rendered = render(replace(sheet, proof=proof))
    RENDERED.labels(type_label).inc()
    return rendered


@dataclass(frozen=True)
class StoredFile:
    """One format of a document in the store: its key, and its size (bytes) with its SHA-256."""

    key: str
    stored: ContentDigest


def store_rendered(store: ObjectStore, rendered: Rendered, name: DocumentName) -> tuple[StoredFile, StoredFile]:
    """Store PDF and HTML, or neither. Raises StoreUnavailable, BytesChanged."""
    pdf = _store_file(store, name, rendered.pdf, FileFormat.PDF)
    try:
        return pdf, _store_file(store, name, rendered.html, FileFormat.HTML)
    except BaseException:
        discard(store, pdf.key)
        raise


def assign_files(document: Document, pdf: StoredFile, html: StoredFile) -> None:
    """Point a document's row at the files just stored."""
    document.pdf_key, document.pdf_size, document.pdf_sha256 = pdf.key, pdf.stored.size, pdf.stored.sha256
    document.html_key, document.html_size, document.html_sha256 = html.key, html.stored.size, html.stored.sha256


def size_and_digest(content: bytes) -> ContentDigest:
    """Size and SHA-256 of these bytes, which the store must give back when it is asked to read them."""
    return ContentDigest(len(content), hashlib.sha256(content).hexdigest())


def _store_file(store: ObjectStore, name: DocumentName, content: bytes, file_format: FileFormat) -> StoredFile:
    stored = size_and_digest(content)
    key = name.key(file_format.value, stored.sha256)
    put_verified(store, key, io.BytesIO(content), stored, file_format.content_type)
    return StoredFile(key, stored)
