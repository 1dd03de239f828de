"""Each automatic document of a version is rendered once, by the worker or by a web process whose user waits for it.

What a web process renders it leaves in the database (`drawn_papers`), from where the worker takes it; while the worker
is rendering, a web process waits a little. In doubt a document is rendered again (decision 0041).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.database.deletion import delete_in_pages
from services.chassis.errors import Unavailable
from services.chassis.events import is_running
from services.chassis.process.logs import reason_of
from services.contracts.document_rules import DocumentType
from services.contracts.registrations import RegistrationSaved
from services.documents.models import CachedRendering, Document, db
from services.documents.operations.candidature_copies import MAKE_DOCUMENTS, store_version
from services.documents.operations.measured_rendering import render_measured
from services.documents.queries.documents import automatic_document
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.demande import demande
from services.documents.rendering.pdf_and_html import Rendered
from services.documents.rendering.sheet import Letterhead

log = structlog.get_logger()

_SHEETS = {DocumentType.CONFIRMATION: confirmation, DocumentType.DEMANDE: demande}
# How long a web process waits for the worker, which renders both documents within 0.25 s unless it hangs.
_WORKER_SECONDS = 1.0
_PAUSE_SECONDS = 0.05
_LOCK_SECONDS = 2.0
_KEPT_FOR = timedelta(days=1)
# xhtml2pdf renders one document at a time in a process: whoever waited may find theirs rendered meanwhile.
_rendering_lock = threading.Lock()


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
    """What a web process has rendered of that document, and no worker has stored yet."""
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
    stored = automatic_document(event.candidature_id, document_type, event.version)
    return stored or cached_rendering(document_type, event)


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
    """Leave a rendering for the worker, unless the worker or another web process was quicker.

    The version is stored with it, not before it: storing the version is what sends the worker for its documents.
    """
    key = _key(document_type, event)
    with db.operation() as session:
        store_version(session, event)
        if session.scalar(select(Document.id).filter_by(**key)) is None:
            session.add(CachedRendering(**key, pdf=rendered.pdf, html=rendered.html, drawn_at=system_now()))


def _key(document_type: DocumentType, event: RegistrationSaved) -> dict[str, Any]:
    return {"candidature_id": event.candidature_id, "type": document_type.value, "version": event.version}
