"""How a document of any kind is stored (`operation_storing`), and those that a gestionnaire
publishes: ordered for many candidatures in one request, created by the worker. Under the same
Idempotency-Key, a caller's order given again is not carried out twice.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.database.columns import new_id
from services.chassis.errors import Conflict, NotFound, Unavailable, found
from services.chassis.events import publish as publish_event
from services.chassis.process.logs import reason_of
from services.chassis.tasks.new_tasks import follow_up
from services.clock import iso_utc, portal_now
from services.confined.checks import Unreadable
from services.contracts import problem_types
from services.contracts.api.staff_documents import Accepted, Order
from services.contracts.base import data_of
from services.contracts.document_rules import DocumentType, FileFormat
from services.contracts.documents import PUBLISHED, REPLACED, DocumentsAnnounced
from services.documents.dependencies import Dependencies
from services.documents.domain.document_names import DocumentName, derived_id, publication_key
from services.documents.domain.proofs import Proof, facts_of
from services.documents.domain.recipients import Publisher
from services.documents.domain.work import DocumentToPublish
from services.documents.models import AuditEntry, Candidature, Document, Publication, db
from services.documents.paper_seal import SealError
from services.documents.pdf_checks import stamped
from services.documents.queries.candidatures import active_ids, saved_event
from services.documents.queries.documents import is_replaced_by
from services.documents.rendering import pdf_and_html
from services.documents.rendering.pdf_and_html import Rendered
from services.documents.rendering.published_sheets import published_sheet
from services.documents.rendering.sheet import Sheet
from services.documents.rendering.stamp import Stamp
from services.objects import (
    BytesChanged,
    ContentDigest,
    StoreUnavailable,
    discard,
    operation_naming,
    put_verified,
)

log = structlog.get_logger()

PUBLISH_DOCUMENT = "publish_document"
ANNOUNCED_TOGETHER = 200  # candidatures of one event
Done = TypeVar("Done")


@dataclass(frozen=True)
class StoredFile:
    """A file as the store gave it back. `size` in bytes."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StoredFiles:
    """A document's two files."""

    pdf: StoredFile
    html: StoredFile


@dataclass(frozen=True)
class NewDocument:
    """A document whose files are stored, before it has its row. `title`: what its candidate reads;
    `at`: its date; `declared_label`: of a type that a catalogue declared."""

    name: DocumentName
    title: str
    proof: Proof | None
    files: StoredFiles
    at: datetime
    declared_label: str | None = None


@contextmanager
def operation_storing(
    dependencies: Dependencies, rendered: Rendered, name: DocumentName
) -> Iterator[tuple[Session, StoredFiles]]:
    """Store PDF and HTML, or neither, then open the write transaction that adds the row naming
    them. Raises StoreUnavailable, BytesChanged."""
    store = dependencies.store
    stored: dict[FileFormat, StoredFile] = {}
    try:
        for file_format in FileFormat:
            stored[file_format] = _store_file(dependencies, rendered, name, file_format)
    except BaseException:
        discard(store, *(file.key for file in stored.values()))
        raise
    files = StoredFiles(pdf=stored[FileFormat.PDF], html=stored[FileFormat.HTML])
    with operation_naming(db, store, files.pdf.key, files.html.key) as transaction:
        yield transaction, files


def _store_file(
    dependencies: Dependencies, rendered: Rendered, name: DocumentName, file_format: FileFormat
) -> StoredFile:
    """Raises StoreUnavailable, BytesChanged."""
    content = rendered.in_format(file_format)
    digest = size_and_digest(content)
    key = name.key(file_format.value, digest.sha256)
    put_verified(dependencies.store, key, io.BytesIO(content), digest, file_format.content_type)
    return StoredFile(key, digest.size, digest.sha256)


def name_files(row: Document, files: StoredFiles) -> None:
    """Have the row of a document name these files."""
    row.pdf_key = files.pdf.key
    row.pdf_size = files.pdf.size
    row.pdf_sha256 = files.pdf.sha256
    row.html_key = files.html.key
    row.html_size = files.html.size
    row.html_sha256 = files.html.sha256


def size_and_digest(content: bytes) -> ContentDigest:
    """Return size and SHA-256 of these bytes, which the store must give back when it is asked to
    read them."""
    return ContentDigest(len(content), hashlib.sha256(content).hexdigest())


class _AlreadyThere(Exception):
    """Another worker was faster with the same document."""


def key_already_used() -> Conflict:
    """Return the refusal of a key under which its caller ordered something else before."""
    detail = (
        "Cette clé (Idempotency-Key) a déjà servi à une autre publication : donnez-en une nouvelle."
    )
    return Conflict(detail, problem=problem_types.KEY_ALREADY_USED)


def publish(
    dependencies: Dependencies,
    publisher: Publisher,
    order: Order,
    order_key: str | None = None,
) -> Accepted:
    """Store an order, of which the worker creates each document.

    `order_key` is the caller's Idempotency-Key: an order given again gets the first answer. Raises
    NotFound if none of the candidatures may be published to, Unavailable if an uploaded PDF cannot
    be stored, Conflict if the key was used for another order.
    """
    id = derived_id(publisher.id, order_key) if order_key else new_id()
    publication = Publication(
        id=id,
        at=portal_now(),
        actor=publisher.id,
        type=order.type,
        title=order.title,
        paragraphs=order.paragraphs,
        order_digest=_digest(order),
    )
    candidature_ids = tuple(dict.fromkeys(order.candidatures))
    return done_once(
        lambda: _previous_answer(publication, candidature_ids),
        lambda: _publish(dependencies, publisher, publication, candidature_ids, order.pdf),
    )


def done_once(before: Callable[[], Done | None], do: Callable[[], Done]) -> Done:
    """Return what was done `before`, else what `do` does now.

    Of two who do it at the same moment a key of the database refuses one, which is given what the
    other did.
    """
    try:
        return before() or do()
    except IntegrityError:
        if done := before():
            return done
        raise


def _digest(order: Order) -> str:
    """Return the SHA-256 of a whole order, its PDF by its own."""
    pdf = hashlib.sha256(order.pdf).hexdigest() if order.pdf is not None else None
    fields = [order.type, order.title, order.paragraphs, order.candidatures, pdf]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def _publish(
    dependencies: Dependencies,
    publisher: Publisher,
    publication: Publication,
    candidature_ids: Sequence[str],
    pdf: bytes | None,
) -> Accepted:
    reachable = active_ids(candidature_ids, publisher.academies)
    if not reachable:
        raise NotFound()
    accepted = [candidature_id for candidature_id in candidature_ids if candidature_id in reachable]
    keys = [] if pdf is None else [store_upload(dependencies, publication.id, pdf)]
    publication.candidatures = accepted
    publication.pdf_key = keys[0] if keys else None
    with operation_naming(db, dependencies.store, *keys) as transaction:
        transaction.add(publication)
        transaction.flush()
        AuditEntry.record(
            transaction, Actor("staff", publisher.id), "publication.ordered", publication.id
        )
        for candidature_id in accepted:
            work = DocumentToPublish(publication.id, candidature_id)
            follow_up(transaction, PUBLISH_DOCUMENT, data_of(work), subject=candidature_id)
    log.info(
        "documents_published",
        publication_id=publication.id,
        actor=publisher.id,
        count=len(accepted),
    )
    return _answer(publication, candidature_ids)


def _previous_answer(order: Publication, candidature_ids: Sequence[str]) -> Accepted | None:
    """Return the answer given to this order before; None for a new order.

    Raises Conflict if the key was used for another.
    """
    with db.reading() as transaction:
        row = transaction.get(Publication, order.id)
    if row is None:
        return None
    if row.order_digest != order.order_digest:
        raise key_already_used()
    return _answer(row, candidature_ids)


def _answer(row: Publication, candidature_ids: Sequence[str]) -> Accepted:
    refused = tuple(
        candidature_id
        for candidature_id in candidature_ids
        if candidature_id not in row.candidatures
    )
    return Accepted(id=row.id, accepted=len(row.candidatures), refused=refused)


def publish_document(dependencies: Dependencies, publication_id: str, candidature_id: str) -> None:
    """Create one document of a publication, unless it exists. Raises StoreUnavailable, to be tried
    again."""
    document_id = derived_id(publication_id, candidature_id)
    with db.reading() as transaction:
        publication = transaction.get_one(Publication, publication_id)
        candidature = transaction.get_one(Candidature, candidature_id)
    if is_there(document_id):
        return
    event = found(saved_event(candidature.id, candidature.version))
    label = DocumentType(publication.type).label
    sheet = published_sheet(
        event, label, publication.title, publication.paragraphs, dependencies.letterhead
    )
    proof = dependencies.paper_keys.proof_of(facts_of(event, label, portal_now(), document_id))
    rendered = rendered_paper(dependencies, sheet, proof, publication.pdf_key)
    name = DocumentName(candidature_id, publication.type, 0, document_id)
    add_document(dependencies, rendered, name, publication.title)


def rendered_paper(
    dependencies: Dependencies, sheet: Sheet, proof: Proof | None, pdf_key: str | None = None
) -> Rendered:
    """Render a sheet in both formats with that proof, the PDF with the seal; None: of a preview,
    without one.

    `pdf_key`: of a PDF that was sent, which is stamped and takes the place of the rendered one; as
    it is and without a proof where it cannot be read, or was signed by its office.

    Raises StoreUnavailable, ObjectMissing, RenderingFailed.
    """
    if pdf_key is None:
        rendered = pdf_and_html.render(replace(sheet, proof=proof))
        if proof is None:
            return rendered
        return replace(rendered, pdf=dependencies.paper_seal.on(rendered.pdf))
    sent = dependencies.store.read(pdf_key)
    pdf = _stamped(dependencies, sent, proof) if proof else None
    rendered = pdf_and_html.render(replace(sheet, proof=proof if pdf else None))
    return replace(rendered, pdf=pdf or sent)


def _stamped(dependencies: Dependencies, pdf: bytes, proof: Proof) -> bytes | None:
    """Return the PDF with its stamp and seal; None where it has to stay as it is."""
    strip = Stamp.of(proof, dependencies.letterhead.portal).strip()
    try:
        return stamped(dependencies.pdf_checks, pdf, strip, dependencies.paper_seal)
    except (Unreadable, SealError) as error:
        log.error("pdf_not_stamped", size=len(pdf), reason=reason_of(error))
        return None


def is_there(document_id: str) -> bool:
    with db.reading() as transaction:
        return transaction.get(Document, document_id) is not None


def add_document(
    dependencies: Dependencies,
    rendered: Rendered,
    name: DocumentName,
    title: str,
    at: datetime | None = None,
) -> None:
    """Store a document and add its row, unless it is there. Raises StoreUnavailable.

    `at`: of an event by which its candidate gets a mail; by default the instant, and the document
    is announced.
    """
    with (
        suppress(_AlreadyThere),
        operation_storing(dependencies, rendered, name) as (transaction, files),
    ):
        transaction.get_one(Candidature, name.candidature_id, with_for_update=True)
        if transaction.get(Document, name.document_id) is not None:
            raise _AlreadyThere
        new = NewDocument(name, title, rendered.proof, files, at or portal_now())
        add_row(transaction, new, is_announced=at is None)


def announce(
    transaction: Session,
    act: str,
    label: str,
    candidatures: Sequence[str],
    at: datetime,
    reason: str | None = None,
) -> None:
    """Have the candidates told, in the transaction of the act."""
    for start in range(0, len(candidatures), ANNOUNCED_TOGETHER):
        page = tuple(candidatures[start : start + ANNOUNCED_TOGETHER])
        publish_event(
            transaction, DocumentsAnnounced(act, iso_utc(at), label, reason, page), subject=page[0]
        )


def add_row(transaction: Session, new: NewDocument, *, is_announced: bool = False) -> None:
    """Add a document, and have its candidate told where it `is_announced`.

    Publications of one type (version 0 in their names) are numbered 1, 2 … within a candidature,
    whose row the caller has locked.
    """
    name = new.name
    of_candidature = Document.candidature_id == name.candidature_id
    if is_announced:
        before = (
            select(Document.id).where(of_candidature, is_replaced_by(name.type, new.title)).limit(1)
        )
        act = PUBLISHED if transaction.scalar(before) is None else REPLACED
        announce(transaction, act, new.title, [name.candidature_id], new.at)
    highest = select(func.max(Document.version)).where(of_candidature, Document.type == name.type)
    document = Document(
        id=name.document_id,
        candidature_id=name.candidature_id,
        type=name.type,
        type_label=new.declared_label,
        version=name.version or (transaction.scalar(highest) or 0) + 1,
        edition=name.edition,
        label=new.title,
        published_at=new.at,
        code=new.proof.code if new.proof else None,
        signed_facts=new.proof.signed if new.proof else None,
    )
    name_files(document, new.files)
    transaction.add(document)


def store_upload(
    dependencies: Dependencies, publication_id: str, content: bytes, extension: str = "pdf"
) -> str:
    """Store a gestionnaire's PDF (« bin »: a sending) for that publication or import, and return
    its key. Raises Unavailable."""
    stored = size_and_digest(content)
    key = publication_key(publication_id, stored.sha256, extension)
    content_type = FileFormat.PDF.content_type if extension == "pdf" else "application/octet-stream"
    try:
        put_verified(dependencies.store, key, io.BytesIO(content), stored, content_type)
    except (StoreUnavailable, BytesChanged) as error:
        raise Unavailable(
            "Le fichier n'a pas pu être conservé. Recommencez dans quelques minutes."
        ) from error
    return key
