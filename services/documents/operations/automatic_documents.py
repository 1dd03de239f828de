"""The documents that nobody orders: those of each saved version, and the « Relance de pièces justificatives » of a
reminder that pieces tells of.

Each automatic document of a version is rendered once, by the worker or by a web process whose user waits for it. What a
web process renders it leaves in the database (`drawn_papers`), from where the worker takes it; while the worker is
rendering, a web process waits a little. In doubt a document is rendered again (decision 0041).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

import structlog
from prometheus_client import Histogram
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now, system_now
from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import new_id
from services.chassis.errors import Unavailable, found
from services.chassis.events import follow_up, is_running
from services.chassis.process.logs import reason_of
from services.contracts.base import data_of, read
from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType
from services.contracts.pieces import IncompleteCandidature, PiecesReminded
from services.contracts.registrations import RegistrationSaved
from services.documents.dependencies import Dependencies
from services.documents.domain.document_names import DocumentName, derived_id
from services.documents.models import CachedRendering, Document, db
from services.documents.operations.candidature_copies import MAKE_DOCUMENTS, store_version
from services.documents.operations.publishing import add_document, is_there, new_document
from services.documents.operations.rendered_documents import (
    assign_files,
    render_measured,
    store_rendered,
)
from services.documents.queries.candidatures import is_withdrawn, saved_event
from services.documents.queries.documents import automatic_document
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import Rendered
from services.documents.rendering.piece_sheets import demande, relance
from services.documents.rendering.sheet import Letterhead
from services.objects import operation_naming

log = structlog.get_logger()

MAKE_REMINDER = "make_reminder"
_SHEETS = {DocumentType.DEMANDE: demande, DocumentType.CONFIRMATION: confirmation}
"""Of AUTOMATIC_TYPES."""
# How long a web process waits for the worker, which renders both documents within 0.25 s unless it hangs.
_WORKER_SECONDS = 1.0
_PAUSE_SECONDS = 0.05
_LOCK_SECONDS = 2.0
_KEPT_FOR = timedelta(days=1)
# xhtml2pdf renders one document at a time in a process: whoever waited may find theirs rendered meanwhile.
_rendering_lock = threading.Lock()

# Up to what an operator should hear of, and up to what an outage of the store may last.
SECONDS_AFTER_SAVE = Histogram(
    "documents_after_save_seconds",
    "From « Enregistrer » to the document in the store",
    ("type",),
    buckets=(1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14400, 86400),
)
for _type in AUTOMATIC_TYPES:  # each is exported from the start, so that the first document is a growth
    SECONDS_AFTER_SAVE.labels(_type.value)


def render_automatic(document_type: DocumentType, event: RegistrationSaved, letterhead: Letterhead) -> Rendered:
    """An automatic document of that version, from its event alone."""
    return render_measured(_SHEETS[document_type](event, letterhead), document_type.value, event.candidature_id)


def stored_or_rendered(
    document_type: DocumentType, event: RegistrationSaved, letterhead: Letterhead
) -> Document | Rendered:
    """The document that the worker stored of a version, else its cached rendering, else one rendered now and cached."""
    existing = _existing(document_type, event)
    if existing is None:
        _wait_for_worker(event.candidature_id)
        with _rendering_turn():
            existing = _existing(document_type, event) or _render_and_cache(document_type, event, letterhead)
    return existing


def cached_rendering(document_type: DocumentType, event: RegistrationSaved) -> Rendered | None:
    """What a web process has rendered of that document, and no worker has stored yet; of a first edition alone."""
    if event.edition > 1:
        return None
    with db.reading() as session:
        row = session.scalar(select(CachedRendering).filter_by(**_key(document_type, event)))
    return None if row is None else Rendered(row.pdf, row.html, missing=())


def delete_cached_rendering(session: Session, document_type: DocumentType, event: RegistrationSaved) -> None:
    """To be called in the transaction that adds the document's row."""
    session.execute(delete(CachedRendering).filter_by(**_key(document_type, event)))


def delete_old_cached_renderings() -> None:
    """Delete those older than a day: left when the worker had just stored its own rendering."""
    key = (CachedRendering.candidature_id, CachedRendering.type, CachedRendering.version)
    delete_in_pages(db, *key, where=CachedRendering.drawn_at < system_now() - _KEPT_FOR)


def _existing(document_type: DocumentType, event: RegistrationSaved) -> Document | Rendered | None:
    return automatic_document(document_type, event) or cached_rendering(document_type, event)


@contextmanager
def _rendering_turn() -> Iterator[None]:
    """Holds the process's rendering lock, but does not wait for it long: its holder may wait for a hanging database."""
    is_acquired = _rendering_lock.acquire(timeout=_LOCK_SECONDS)
    try:
        yield
    finally:
        if is_acquired:
            _rendering_lock.release()


def _wait_for_worker(candidature_id: str) -> None:
    """While the worker has this candidature's follow-up in hand, for `_WORKER_SECONDS` at most."""
    end = monotonic() + _WORKER_SECONDS
    while _is_in_workers_hand(candidature_id) and monotonic() < end:
        sleep(_PAUSE_SECONDS)


def _is_in_workers_hand(candidature_id: str) -> bool:
    with db.reading() as session:
        return is_running(session, MAKE_DOCUMENTS, candidature_id)


def _render_and_cache(document_type: DocumentType, event: RegistrationSaved, letterhead: Letterhead) -> Rendered:
    rendered = render_automatic(document_type, event, letterhead)
    try:
        _cache(document_type, event, rendered)
    except (SQLAlchemyError, Unavailable) as error:  # the reader gets the document even if it cannot be cached
        log.warning("drawing_not_left", candidature_id=event.candidature_id, reason=reason_of(error))
    return rendered


def _cache(document_type: DocumentType, event: RegistrationSaved, rendered: Rendered) -> None:
    """Leave the rendering of a first edition for the worker, unless the worker or another web process was quicker.

    The version is stored with it, not before it: storing the version is what sends the worker for its documents.
    """
    key = _key(document_type, event)
    with db.operation() as session:
        store_version(session, event)
        if event.edition == 1 and session.scalar(select(Document.id).filter_by(**key)) is None:
            session.add(CachedRendering(**key, pdf=rendered.pdf, html=rendered.html, drawn_at=system_now()))


def _key(document_type: DocumentType, event: RegistrationSaved) -> dict[str, Any]:
    return {"candidature_id": event.candidature_id, "type": document_type.value, "version": event.version}


def create_automatic_documents(dependencies: Dependencies, candidature_id: str, version: int) -> None:
    """Create those automatic documents of a version's newest edition that are missing. Raises StoreUnavailable, to be
    tried again."""
    event = saved_event(candidature_id, version)
    if event is None:
        log.warning("version_gone", candidature_id=candidature_id, version=version)
        return
    for document_type in AUTOMATIC_TYPES:
        if automatic_document(document_type, event) is None:
            _create(dependencies, document_type, event)


def _create(dependencies: Dependencies, document_type: DocumentType, event: RegistrationSaved) -> None:
    rendered = cached_rendering(document_type, event) or render_automatic(document_type, event, dependencies.letterhead)
    name = DocumentName.new(event.candidature_id, document_type.value, event.version, new_id(), event.edition)
    pdf, html = store_rendered(dependencies.store, rendered, name)
    at = datetime.fromisoformat(event.edited_at or event.saved_at)  # the document's date, however late it is created
    try:
        with operation_naming(db, dependencies.store, pdf.key, html.key) as session:
            document = new_document(session, name, document_type.label, at=at)
            assign_files(document, pdf, html)
            session.add(document)
            delete_cached_rendering(session, document_type, event)
        if event.edited_at is None:
            SECONDS_AFTER_SAVE.labels(document_type.value).observe((portal_now() - at).total_seconds())
    except IntegrityError:
        # Another worker was faster with the same document: this one is not needed.
        if automatic_document(document_type, event) is None:
            raise


def request_reminders(session: Session, event: PiecesReminded, event_id: str) -> None:
    """Ask for the document of each candidature of the reminder."""
    for candidature in event.candidatures:
        work = {"event_id": event_id, "reminded_at": event.reminded_at, "candidature": data_of(candidature)}
        follow_up(session, MAKE_REMINDER, work, subject=candidature.candidature_id)


def make_reminder(dependencies: Dependencies, work: dict[str, Any]) -> None:
    """Make the « Relance », unless it is made already or its candidature is withdrawn.

    Raises NotFound before the version's own event has come, StoreUnavailable: to be tried again.
    """
    incomplete = read(IncompleteCandidature, work["candidature"])
    saved = found(saved_event(incomplete.candidature_id, incomplete.version))
    document_id = derived_id(work["event_id"], incomplete.candidature_id)
    if is_withdrawn(saved) or is_there(document_id):
        return
    reminded_at, type = datetime.fromisoformat(work["reminded_at"]), DocumentType.RELANCE
    sheet = relance(saved, incomplete.groups, reminded_at, dependencies.letterhead)
    rendered = render_measured(sheet, type.value, saved.candidature_id)
    name = DocumentName.new(saved.candidature_id, type.value, 0, document_id)
    add_document(dependencies, rendered, name, type.label, reminded_at)
