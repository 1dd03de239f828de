"""Each automatic document of a version is drawn once, by the worker or by a web process for somebody who waits.

What a web process draws it leaves in the database, from where the worker takes it; while the worker is at it, a web
process waits a little. In doubt a document is drawn again.
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
from services.chassis.database.deletion import forget
from services.chassis.errors import Unavailable
from services.chassis.events import is_in_hand
from services.chassis.process.failure_summary import reason_of
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.types import DocumentType
from services.documents.models import Document, DrawnPaper, db
from services.documents.operations.copies import MAKE_DOCUMENTS, keep_version
from services.documents.operations.printshop import printed
from services.documents.queries import document_of
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.demande import demande
from services.documents.rendering.printing import Rendered
from services.documents.rendering.sheet import Letterhead

log = structlog.get_logger()

_SHEETS = {DocumentType.CONFIRMATION: confirmation, DocumentType.DEMANDE: demande}
# How long a web process waits for the worker, which draws both documents within a quarter of a second unless it hangs.
_WORKER_SECONDS = 1.0
_PAUSE_SECONDS = 0.05
_TURN_SECONDS = 2.0
_LEFT_FOR = timedelta(days=1)
# xhtml2pdf draws one document at a time in a process: who waited for that may find that his is drawn.
_one_at_a_time = threading.Lock()


def rendered(kind: DocumentType, event: RegistrationSaved, letterhead: Letterhead) -> Rendered:
    """An automatic document of that version, from its event alone."""
    return printed(_SHEETS[kind](event, letterhead), kind.value, event.candidature_id)


def drawn_once(kind: DocumentType, event: RegistrationSaved, letterhead: Letterhead) -> Document | Rendered:
    """The document that the worker made of a version, else what is drawn of it already, else what is drawn now."""
    known = _known(kind, event)
    if known is None:
        _wait_for_worker(event.candidature_id)
        with _turn_to_draw():
            known = _known(kind, event) or _drawn_and_left(kind, event, letterhead)
    return known


def drawing_left(kind: DocumentType, event: RegistrationSaved) -> Rendered | None:
    """What a web process has drawn of that document, and no worker has stored yet."""
    with db.reading() as session:
        row = session.scalar(select(DrawnPaper).filter_by(**_this(kind, event)))
    return None if row is None else Rendered(row.pdf, row.html, missing=())


def forget_drawing(session: Session, kind: DocumentType, event: RegistrationSaved) -> None:
    """In the transaction that makes the document known."""
    session.execute(delete(DrawnPaper).filter_by(**_this(kind, event)))


def forget_old_drawings() -> None:
    """Those that were left when the worker had just made its own."""
    key = (DrawnPaper.candidature_id, DrawnPaper.type, DrawnPaper.version)
    forget(db, *key, where=DrawnPaper.drawn_at < system_now() - _LEFT_FOR)


def _known(kind: DocumentType, event: RegistrationSaved) -> Document | Rendered | None:
    return document_of(event.candidature_id, kind, event.version) or drawing_left(kind, event)


@contextmanager
def _turn_to_draw() -> Iterator[None]:
    """Not waited for for long: whoever has it may wait for a database that hangs."""
    is_ours = _one_at_a_time.acquire(timeout=_TURN_SECONDS)
    try:
        yield
    finally:
        if is_ours:
            _one_at_a_time.release()


def _wait_for_worker(candidature_id: str) -> None:
    """While the worker is at this candidature's documents, but not for long."""
    end = monotonic() + _WORKER_SECONDS
    while _worker_is_at(candidature_id) and monotonic() < end:
        sleep(_PAUSE_SECONDS)


def _worker_is_at(candidature_id: str) -> bool:
    with db.reading() as session:
        return is_in_hand(session, MAKE_DOCUMENTS, candidature_id)


def _drawn_and_left(kind: DocumentType, event: RegistrationSaved, letterhead: Letterhead) -> Rendered:
    paper = rendered(kind, event, letterhead)
    try:
        _leave(kind, event, paper)
    except (SQLAlchemyError, Unavailable) as error:  # nobody's paper fails because it could not be left for another
        log.warning("drawing_not_left", candidature_id=event.candidature_id, reason=reason_of(error))
    return paper


def _leave(kind: DocumentType, event: RegistrationSaved, paper: Rendered) -> None:
    """For the worker, unless it was quicker, or another web process.

    The version is kept with it, not before: that is what sends the worker for its documents.
    """
    this = _this(kind, event)
    with db.operation() as session:
        keep_version(session, event)
        if session.scalar(select(Document.id).filter_by(**this)) is None:
            session.add(DrawnPaper(**this, pdf=paper.pdf, html=paper.html, drawn_at=system_now()))


def _this(kind: DocumentType, event: RegistrationSaved) -> dict[str, Any]:
    return {"candidature_id": event.candidature_id, "type": kind.value, "version": event.version}
