"""What a gestionnaire publishes for one candidature or many: ordered in one act, made by the worker one by one."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.database.transactions import new_id
from services.chassis.errors import Conflict, NotFound, Unavailable
from services.chassis.events import follow_up
from services.contracts import problem_types
from services.documents import queries
from services.documents.domain.object_keys import DocumentName, publication_key
from services.documents.domain.types import DocumentType
from services.documents.models import Candidature, Document, Publication, db
from services.documents.operations.making import assign, keep_rendered
from services.documents.operations.printshop import digest_of, printed
from services.documents.parts import Parts
from services.documents.rendering.notice import notice
from services.documents.rendering.printing import Rendered
from services.objects import BytesChanged, StoreUnavailable, operation_naming, put_verified

log = structlog.get_logger()

PUBLISH_DOCUMENT = "publish_document"


class _AlreadyPublished(Exception):
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
        """The same for the same order alone (SHA-256)."""
        pdf = hashlib.sha256(self.pdf).hexdigest() if self.pdf is not None else None
        said = [self.type.value, self.title, self.paragraphs, self.candidatures, pdf]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True)
class Accepted:
    """`refused`: candidatures that are unknown, withdrawn or of another académie, told apart by nobody."""

    id: str
    accepted: int
    refused: tuple[str, ...]


def publish(
    parts: Parts, actor: str, academies: frozenset[str] | None, order: Order, order_key: str | None = None
) -> Accepted:
    """Write the order down; the worker makes each document. `academies` None: all.

    `order_key` is the caller's own name for this order: given again, it answers as the first time did. Raises NotFound
    if none of the candidatures can be written to, Unavailable if an uploaded PDF cannot be kept, Conflict for the key
    of another order.
    """
    publication_id = _publication_id(actor, order_key) if order_key else new_id()
    return _known(publication_id, order) or _publish(parts, actor, academies, order, publication_id)


def _publish(parts: Parts, actor: str, academies: frozenset[str] | None, order: Order, publication_id: str) -> Accepted:
    wanted = tuple(dict.fromkeys(order.candidatures))
    reached = queries.standing_in(wanted, academies)
    if not reached:
        raise NotFound()
    accepted = [candidature_id for candidature_id in wanted if candidature_id in reached]
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
    publication.pdf_key = _uploaded(parts, publication.id, order.pdf)
    keys = () if publication.pdf_key is None else (publication.pdf_key,)
    try:
        with operation_naming(db, parts.store, *keys) as session:
            session.add(publication)
            session.flush()
            for candidature_id in accepted:
                work = {"publication_id": publication.id, "candidature_id": candidature_id}
                follow_up(session, PUBLISH_DOCUMENT, work, subject=candidature_id)
    except IntegrityError:  # the same order, given at the same moment
        if known := _known(publication_id, order):
            return known
        raise
    log.info("documents_published", publication_id=publication.id, actor=actor, count=len(accepted))
    return Accepted(publication.id, len(accepted), tuple(one for one in wanted if one not in reached))


def publish_document(parts: Parts, publication_id: str, candidature_id: str) -> None:
    """Make one document of a publication; done already, it does nothing. Raises StoreUnavailable, to be tried again."""
    document_id = _document_id(publication_id, candidature_id)
    with db.reading() as session:
        publication = session.get_one(Publication, publication_id)
        copy = session.get_one(Candidature, candidature_id)
        if session.get(Document, document_id) is not None:
            return
    made = _made(parts, publication, copy)
    name = DocumentName.new(candidature_id, publication.type, 0, document_id)
    pdf, html = keep_rendered(parts.store, made, name)
    with suppress(_AlreadyPublished), operation_naming(db, parts.store, pdf.key, html.key) as session:
        session.get_one(Candidature, candidature_id, with_for_update=True)
        if session.get(Document, document_id) is not None:
            raise _AlreadyPublished
        document = _document(session, publication, document_id, candidature_id)
        assign(document, pdf, html)
        session.add(document)


def _publication_id(actor: str, order_key: str) -> str:
    return hashlib.sha256(f"{actor}/{order_key}".encode()).hexdigest()[:32]


def _known(publication_id: str, order: Order) -> Accepted | None:
    """What was answered to this order, if it was given before. Raises Conflict where it was another one."""
    with db.reading() as session:
        row = session.get(Publication, publication_id)
    if row is None:
        return None
    if row.order_digest != order.digest:
        detail = "Cette clé (Idempotency-Key) a déjà servi à une autre publication."
        raise Conflict(detail, problem=problem_types.KEY_ALREADY_USED)
    accepted = set(row.candidatures)
    refused = tuple(item for item in dict.fromkeys(order.candidatures) if item not in accepted)
    return Accepted(row.id, len(accepted), refused)


def _made(parts: Parts, publication: Publication, copy: Candidature) -> Rendered:
    event = queries.saved_version(copy.id, copy.version)
    if event is None:
        raise NotFound()
    kind, paragraphs = DocumentType(publication.type), tuple(publication.paragraphs)
    sheet = notice(event, kind.label, publication.title, paragraphs, parts.letterhead)
    made = printed(sheet, kind.value, copy.id)
    if publication.pdf_key is None:
        return made
    return Rendered(parts.store.read(publication.pdf_key), made.html, made.missing)


def _document(session: Session, publication: Publication, document_id: str, candidature_id: str) -> Document:
    """Publications of one type are numbered 1, 2 … within a candidature, whose row is locked."""
    same = select(func.max(Document.version)).filter_by(candidature_id=candidature_id, type=publication.type)
    return Document(
        id=document_id,
        candidature_id=candidature_id,
        type=publication.type,
        version=(session.scalar(same) or 0) + 1,
        label=publication.title,
        published_at=portal_now(),
    )


def _document_id(publication_id: str, candidature_id: str) -> str:
    """The same whenever the follow-up runs, so that it publishes once."""
    return hashlib.sha256(f"{publication_id}/{candidature_id}".encode()).hexdigest()[:32]


def _uploaded(parts: Parts, publication_id: str, pdf: bytes | None) -> str | None:
    """The key under which the gestionnaire's PDF lies, if he gave one."""
    if pdf is None:
        return None
    stored = digest_of(pdf)
    key = publication_key(publication_id, stored.sha256)
    try:
        put_verified(parts.store, key, io.BytesIO(pdf), stored, "application/pdf")
    except (StoreUnavailable, BytesChanged) as error:
        raise Unavailable("Le fichier n'a pas pu être conservé. Recommencez dans quelques minutes.") from error
    return key
