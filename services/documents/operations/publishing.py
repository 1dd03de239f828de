"""Documents that a gestionnaire publishes: ordered for many candidatures in one request, created by the worker. Under
the same Idempotency-Key, a caller's order given again is not carried out twice.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.chassis.clock import iso_utc, portal_now
from services.chassis.database.audit import Actor
from services.chassis.database.transactions import new_id
from services.chassis.errors import Conflict, NotFound, Unavailable, found
from services.chassis.events import publish as publish_event
from services.chassis.process.logs import reason_of
from services.chassis.tasks.rows import follow_up
from services.confined.checks import Unreadable
from services.contracts import problem_types
from services.contracts.api.staff_documents import Accepted
from services.contracts.document_rules import DocumentType, FileFormat
from services.contracts.documents import PUBLISHED, REPLACED, DocumentsAnnounced
from services.documents.dependencies import Dependencies
from services.documents.domain.document_names import DocumentName, derived_id, publication_key
from services.documents.domain.proofs import Proof, facts_of
from services.documents.models import AuditEntry, Candidature, Document, Publication, db
from services.documents.operations.rendered_documents import (
    assign_files,
    render_measured,
    size_and_digest,
    store_rendered,
)
from services.documents.paper_seal import SealError
from services.documents.pdf_checks import stamped
from services.documents.queries.candidatures import active_ids, saved_event
from services.documents.queries.documents import is_replaced_by
from services.documents.rendering.pdf_and_html import Rendered
from services.documents.rendering.published_sheets import notice
from services.documents.rendering.sheet import Sheet
from services.documents.rendering.stamp import Stamp
from services.objects import BytesChanged, StoreUnavailable, operation_naming, put_verified


def key_already_used() -> Conflict:
    """Of a key under which its caller ordered something else before."""
    detail = "Cette clé (Idempotency-Key) a déjà servi à une autre publication : donnez-en une nouvelle."
    return Conflict(detail, problem=problem_types.KEY_ALREADY_USED)


log = structlog.get_logger()

PUBLISH_DOCUMENT = "publish_document"
ANNOUNCED_TOGETHER = 200  # candidatures of one event


class _AlreadyThere(Exception):
    """Another worker was faster with the same document."""


@dataclass(frozen=True)
class Order:
    """What to publish. `paragraphs` are the document itself, or the text alternative of `pdf`."""

    type: DocumentType
    title: str
    paragraphs: tuple[str, ...]
    candidatures: tuple[str, ...]
    pdf: bytes | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the whole order, to recognise it when it is given again."""
        pdf = hashlib.sha256(self.pdf).hexdigest() if self.pdf is not None else None
        fields = [self.type.value, self.title, self.paragraphs, self.candidatures, pdf]
        return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def publish(
    dependencies: Dependencies, actor: str, academies: frozenset[str] | None, order: Order, order_key: str | None = None
) -> Accepted:
    """Store the order; the worker creates each document. `academies` None: all.

    `order_key` is the caller's Idempotency-Key: an order given again gets the first answer. Raises NotFound if none of
    the candidatures may be published to, Unavailable if an uploaded PDF cannot be stored, Conflict if the key was used
    for another order.
    """
    publication_id = derived_id(actor, order_key) if order_key else new_id()
    return _previous_answer(publication_id, order) or _publish(dependencies, actor, academies, order, publication_id)


def _publish(
    dependencies: Dependencies, actor: str, academies: frozenset[str] | None, order: Order, publication_id: str
) -> Accepted:
    candidature_ids = tuple(dict.fromkeys(order.candidatures))
    reachable = active_ids(candidature_ids, academies)
    if not reachable:
        raise NotFound()
    accepted = [candidature_id for candidature_id in candidature_ids if candidature_id in reachable]
    publication = Publication(
        id=publication_id,
        at=portal_now(),
        actor=actor,
        type=order.type.value,
        title=order.title,
        paragraphs=list(order.paragraphs),
        candidatures=accepted,
        order_digest=order.digest,
    )
    publication.pdf_key = None if order.pdf is None else store_upload(dependencies, publication.id, order.pdf)
    keys = () if publication.pdf_key is None else (publication.pdf_key,)
    try:
        with operation_naming(db, dependencies.store, *keys) as session:
            session.add(publication)
            session.flush()
            AuditEntry.record(session, Actor("staff", actor), "publication.ordered", publication.id)
            for candidature_id in accepted:
                work = {"publication_id": publication.id, "candidature_id": candidature_id}
                follow_up(session, PUBLISH_DOCUMENT, work, subject=candidature_id)
    except IntegrityError:  # the same order, given at the same moment
        if answer := _previous_answer(publication_id, order):
            return answer
        raise
    log.info("documents_published", publication_id=publication.id, actor=actor, count=len(accepted))
    refused = tuple(candidature_id for candidature_id in candidature_ids if candidature_id not in reachable)
    return Accepted(id=publication.id, accepted=len(accepted), refused=refused)


def publish_document(dependencies: Dependencies, publication_id: str, candidature_id: str) -> None:
    """Create one document of a publication, unless it exists. Raises StoreUnavailable, to be tried again."""
    document_id = derived_id(publication_id, candidature_id)
    with db.reading() as session:
        publication = session.get_one(Publication, publication_id)
        candidature = session.get_one(Candidature, candidature_id)
    if is_there(document_id):
        return
    rendered = _render(dependencies, publication, candidature)
    name = DocumentName.new(candidature_id, publication.type, 0, document_id)
    add_document(dependencies, rendered, name, publication.title)


def _previous_answer(publication_id: str, order: Order) -> Accepted | None:
    """The answer given to this order before; None for a new order. Raises Conflict if the key was used for another."""
    with db.reading() as session:
        row = session.get(Publication, publication_id)
    if row is None:
        return None
    if row.order_digest != order.digest:
        raise key_already_used()
    accepted = set(row.candidatures)
    refused = tuple(item for item in dict.fromkeys(order.candidatures) if item not in accepted)
    return Accepted(id=row.id, accepted=len(accepted), refused=refused)


def _render(dependencies: Dependencies, publication: Publication, candidature: Candidature) -> Rendered:
    event = found(saved_event(candidature.id, candidature.version))
    document_type, paragraphs = DocumentType(publication.type), tuple(publication.paragraphs)
    sheet = notice(event, document_type.label, publication.title, paragraphs, dependencies.letterhead)
    facts = facts_of(event, document_type.label, portal_now(), derived_id(publication.id, candidature.id))
    proof = dependencies.paper_keys.proof_of(facts)
    return rendered_paper(dependencies, sheet, document_type.value, proof, publication.pdf_key)


def rendered_paper(
    dependencies: Dependencies, sheet: Sheet, type_label: str, proof: Proof | None, pdf_key: str | None = None
) -> Rendered:
    """Both formats by which that proof is verified, the PDF with the seal; None: of a preview, without one. `pdf_key`:
    of a PDF that was sent, which is stamped and takes the place of the rendered one; as it is and without a proof where
    it cannot be read, or was signed by its office.

    Raises StoreUnavailable, ObjectMissing, RenderingFailed.
    """
    if pdf_key is None:
        rendered = render_measured(sheet, type_label, proof)
        return replace(rendered, pdf=dependencies.paper_seal.on(rendered.pdf)) if proof else rendered
    sent = dependencies.store.read(pdf_key)
    pdf = _stamped(dependencies, sent, proof) if proof else None
    return replace(render_measured(sheet, type_label, proof if pdf else None), pdf=pdf or sent)


def _stamped(dependencies: Dependencies, pdf: bytes, proof: Proof) -> bytes | None:
    """None where it has to stay as it is."""
    strip = Stamp.of(proof, dependencies.letterhead.portal).strip()
    try:
        return stamped(dependencies.pdf_checks, pdf, strip, dependencies.paper_seal)
    except (Unreadable, SealError) as error:
        log.error("pdf_not_stamped", size=len(pdf), reason=reason_of(error))
        return None


def is_there(document_id: str) -> bool:
    with db.reading() as session:
        return session.get(Document, document_id) is not None


def add_document(
    dependencies: Dependencies, rendered: Rendered, name: DocumentName, title: str, at: datetime | None = None
) -> None:
    """Store a document and add its row, unless it is there. Raises StoreUnavailable.

    `at`: of an event by which its candidate gets a mail; by default the instant, and the document is announced.
    """
    pdf, html = store_rendered(dependencies.store, rendered, name)
    with suppress(_AlreadyThere), operation_naming(db, dependencies.store, pdf.key, html.key) as session:
        session.get_one(Candidature, name.candidature_id, with_for_update=True)
        if session.get(Document, name.document_id) is not None:
            raise _AlreadyThere
        document = new_document(session, name, title, rendered.proof, at=at or portal_now())
        assign_files(document, pdf, html)
        if at is None:
            announce_new(session, document)
        session.add(document)


def announce_new(session: Session, document: Document) -> None:
    """Have its candidate told of a document that is about to be added."""
    before = select(Document.id).filter_by(candidature_id=document.candidature_id)
    before = before.where(is_replaced_by(document.type, document.label)).limit(1)
    act = PUBLISHED if session.scalar(before) is None else REPLACED
    announce(session, act, document.label, [document.candidature_id], document.published_at)


def announce(
    session: Session, act: str, label: str, candidatures: Sequence[str], at: datetime, reason: str | None = None
) -> None:
    """Have the candidates told, in the transaction of the act."""
    for start in range(0, len(candidatures), ANNOUNCED_TOGETHER):
        page = tuple(candidatures[start : start + ANNOUNCED_TOGETHER])
        publish_event(session, DocumentsAnnounced(act, iso_utc(at), label, reason, page), subject=page[0])


def new_document(
    session: Session,
    name: DocumentName,
    title: str,
    proof: Proof | None,
    *,
    at: datetime,
    declared_label: str | None = None,
) -> Document:
    """A document's row, without its files. Publications of one type (version 0 in their names) are numbered 1, 2 …
    within a candidature, whose row the caller has locked."""
    highest = select(func.max(Document.version)).filter_by(candidature_id=name.candidature_id, type=name.type)
    return Document(
        id=name.document_id,
        candidature_id=name.candidature_id,
        type=name.type,
        type_label=declared_label,
        version=name.version or (session.scalar(highest) or 0) + 1,
        edition=name.edition,
        label=title,
        published_at=at,
        code=proof and proof.code,
        signed_facts=proof and proof.signed,
    )


def store_upload(dependencies: Dependencies, publication_id: str, content: bytes, extension: str = "pdf") -> str:
    """Store a gestionnaire's PDF (« bin »: a sending) for that publication or import; returns its key. Raises
    Unavailable."""
    stored = size_and_digest(content)
    key = publication_key(publication_id, stored.sha256, extension)
    content_type = FileFormat.PDF.content_type if extension == "pdf" else "application/octet-stream"
    try:
        put_verified(dependencies.store, key, io.BytesIO(content), stored, content_type)
    except (StoreUnavailable, BytesChanged) as error:
        raise Unavailable("Le fichier n'a pas pu être conservé. Recommencez dans quelques minutes.") from error
    return key
