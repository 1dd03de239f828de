"""Publishes an import: shown before, made by the worker in chunks, each document in a transaction
of its own."""

from contextlib import suppress
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.chassis.errors import Conflict, Invalid, PreconditionFailed, Unavailable
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now
from services.contracts import document_rules as rules
from services.contracts.base import data_of
from services.documents.dependencies import Dependencies
from services.documents.domain.document_names import DocumentName, filename
from services.documents.domain.proofs import facts_of
from services.documents.domain.recipients import REASONS, Publisher
from services.documents.domain.work import ChunkToPublish
from services.documents.models import Candidature, Import, ImportDocument, db
from services.documents.operations.document_files import File
from services.documents.operations.imports import record, uploads
from services.documents.operations.publishing import (
    NewDocument,
    add_row,
    operation_storing,
    rendered_paper,
)
from services.documents.queries import imports as queries
from services.documents.queries.candidatures import recipient_of, saved_event
from services.documents.rendering.pdf_and_html import Rendered
from services.documents.rendering.published_sheets import published_sheet
from services.objects import ObjectMissing, StoreUnavailable, retire

log = structlog.get_logger()

PUBLISH_CHUNK = "publish_import_chunk"
CHUNK = 25  # documents: a few seconds of a worker
FILE_LOST = "Le fichier n'est plus dans le portail : envoyez-le à nouveau"
NOT_RENDERED = "Le document n'a pas pu être créé : signalez-le à l'administrateur du portail"
INCOMPLETE = (
    "Il manque à des documents une épreuve où leur candidat est inscrit : confirmez qu'ils sont "
    "publiés ainsi, ou corrigez d'abord le fichier."
)
GONE = "La candidature n'existe plus"


Value = TypeVar("Value")


class _NotReady(Exception):
    """The document is published already, or its import was withdrawn."""


def publish_import(
    publisher: Publisher, import_id: str, revision: int, *, accept_incomplete: bool
) -> Import:
    """Begin to publish what is right of the report of that revision; begun already, nothing
    changes.

    Raises NotFound, PreconditionFailed if another file was sent since, Conflict if there is nothing
    to publish or PDFs wait for their check, Invalid while there are incomplete documents that are
    not accepted.
    """
    with db.operation() as transaction:
        row = queries.import_in(transaction, publisher, import_id, for_change=True)
        if row.revision != revision:
            raise PreconditionFailed(
                "Un autre fichier a été envoyé depuis que vous avez lu ce contrôle : relisez-le."
            )
        if row.state in (rules.PUBLISHING, rules.PUBLISHED):
            return row
        if queries.is_under_check(transaction, import_id):
            raise Conflict(
                "Des fichiers envoyés attendent leur contrôle : publiez une fois qu'il est terminé."
            )
        if row.state != rules.CHECKED:
            raise Conflict("Cette publication est retirée ou abandonnée.")
        if not row.ready:
            raise Conflict(
                "Aucun document ne peut être publié : corrigez le fichier et envoyez-le à nouveau."
            )
        of_import = select(ImportDocument.id).where(ImportDocument.import_id == import_id)
        if not accept_incomplete and transaction.scalar(
            of_import.where(*queries.IS_INCOMPLETE).limit(1)
        ):
            raise Invalid.in_field("accept_incomplete", INCOMPLETE)
        row.state = rules.PUBLISHING
        row.publication_at = portal_now()
        uploads.give_up_open(transaction, import_id=import_id)
        positions = transaction.scalars(_ready(ImportDocument.position, import_id)).all()
        for start in range(0, len(positions), CHUNK):
            chunk = positions[start : start + CHUNK]
            work = ChunkToPublish(import_id, first=chunk[0], last=chunk[-1])
            follow_up(transaction, PUBLISH_CHUNK, data_of(work), subject=import_id)
        record(transaction, publisher, "import.published", import_id, documents=row.ready)
    return row


def publish_chunk(dependencies: Dependencies, import_id: str, first: int, last: int) -> None:
    """Publish what is ready from position `first` to `last`. Raises StoreUnavailable, to be tried
    again: what is published by then stays, and is not published a second time."""
    ready = _ready(ImportDocument.id, import_id).where(ImportDocument.position.between(first, last))
    with db.reading() as transaction:
        document_ids = transaction.scalars(ready).all()
    for document_id in document_ids:
        _publish(dependencies, document_id)


def _ready(column: InstrumentedAttribute[Value], import_id: str) -> Select[Value]:
    """Select a column of the documents to publish of an import, in their order."""
    ready = select(column).where(
        ImportDocument.import_id == import_id, ImportDocument.state == rules.READY
    )
    return ready.order_by(ImportDocument.position)


def _publish(dependencies: Dependencies, document_id: str) -> None:
    with db.reading() as transaction:
        document = transaction.get_one(ImportDocument, document_id)
        row = transaction.get_one(Import, document.import_id)
        recipient = recipient_of(transaction, document.candidature_id)
    if row.state != rules.PUBLISHING:
        return
    reason = GONE if recipient is None else REASONS.get(recipient.activity)
    rendered = reason or _rendered_or_reason(dependencies, row, document)
    if isinstance(rendered, str):
        _fail(document_id, rendered)
    else:
        _store(dependencies, row, document, rendered)


def _rendered_or_reason(
    dependencies: Dependencies, row: Import, document: ImportDocument
) -> Rendered | str:
    """Return the document, or why it cannot be made, in French.

    Raises what says nothing of the document: StoreUnavailable, errors of the database.
    """
    try:
        return rendered_document(dependencies, row, document, at=portal_now())
    except (StoreUnavailable, SQLAlchemyError, Unavailable):
        raise
    except ObjectMissing:
        return FILE_LOST
    except Exception as error:
        # Whatever a candidate's data do to the rendering, the others get theirs.
        reason = reason_of(error)
        frames = frames_of(error)
        log.error("document_not_published", document_id=document.id, reason=reason, frames=frames)
        return NOT_RENDERED


def _store(
    dependencies: Dependencies, row: Import, document: ImportDocument, rendered: Rendered
) -> None:
    name = DocumentName(document.candidature_id, row.type, 0, document.id)
    with (
        suppress(_NotReady),
        operation_storing(dependencies, rendered, name) as (transaction, files),
    ):
        row, document = _locked(transaction, document.id)
        transaction.get_one(Candidature, document.candidature_id, with_for_update=True)
        new = NewDocument(name, row.title, rendered.proof, files, portal_now(), row.type_label)
        add_row(transaction, new, is_announced=True)
        if document.pdf_key is not None:
            retire(transaction, document.pdf_key)
            document.pdf_key = None
        document.state = rules.PUBLISHED
        row.published += 1
        _end_if_done(row)


def rendered_document(
    dependencies: Dependencies, row: Import, document: ImportDocument, at: datetime | None = None
) -> Rendered:
    """Render both formats of a document of an import, as it is published at that instant; None: as
    it would be, without what proves it.

    Raises StoreUnavailable, ObjectMissing, RenderingFailed.
    """
    with db.reading() as transaction:
        version = transaction.get_one(Candidature, document.candidature_id).version
    event = saved_event(document.candidature_id, version)
    if event is None:
        raise ObjectMissing(f"version {version}")
    label = rules.type_label(row.type, row.type_label)
    sheet = published_sheet(
        event,
        label,
        row.title,
        row.paragraphs,
        dependencies.letterhead,
        row.type,
        document.content,
    )
    proof = None
    if at is not None:
        proof = dependencies.paper_keys.proof_of(facts_of(event, label, at, document.id))
    return rendered_paper(dependencies, sheet, proof, document.pdf_key)


def _fail(document_id: str, reason: str) -> None:
    with suppress(_NotReady), db.operation() as transaction:
        row, document = _locked(transaction, document_id)
        document.state = rules.FAILED
        document.reason = reason
        row.failed += 1
        _end_if_done(row)


def _locked(transaction: Session, document_id: str) -> tuple[Import, ImportDocument]:
    """Lock and return a document that is still to be published, with its import, whose row is
    locked first. Raises _NotReady."""
    import_id = transaction.scalar(
        select(ImportDocument.import_id).where(ImportDocument.id == document_id)
    )
    row = transaction.get_one(Import, import_id, with_for_update=True)
    document = transaction.get_one(ImportDocument, document_id, with_for_update=True)
    if row.state != rules.PUBLISHING or document.state != rules.READY:
        raise _NotReady
    return row, document


def _end_if_done(row: Import) -> None:
    if row.published + row.failed >= row.ready:
        row.state = rules.PUBLISHED
        row.ended_at = portal_now()


def preview(
    dependencies: Dependencies,
    publisher: Publisher,
    import_id: str,
    document_id: str | None,
    format: rules.FileFormat,
) -> File:
    """Return the file of the document of that id, or of the import's first, as it would be
    published, and note who saw it.

    Raises NotFound, Conflict once it is published or given up, Unavailable.
    """
    row = queries.import_of(publisher, import_id)
    document = queries.import_document_of(publisher, import_id, document_id)
    if document.state != rules.READY:
        raise Conflict("Ce document n'est plus à publier : il n'a pas d'aperçu.")
    try:
        rendered = rendered_document(dependencies, row, document)
    except (StoreUnavailable, ObjectMissing) as error:
        raise Unavailable("Ce document n'est pas disponible pour le moment.") from error
    with db.operation() as transaction:
        record(
            transaction,
            publisher,
            "document.previewed",
            document.id,
            candidature=document.candidature_id,
        )
    return File(rendered.in_format(format), filename(row.title, row.session_label, format), format)
