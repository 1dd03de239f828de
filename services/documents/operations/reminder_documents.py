"""Makes the « Relance de pièces justificatives » of a reminder that pieces tells of: one for each candidature."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.chassis.errors import NotFound
from services.chassis.events import follow_up
from services.contracts.base import data_of, read
from services.contracts.document_rules import DocumentType
from services.contracts.pieces import IncompleteCandidature, PiecesReminded
from services.contracts.registrations import RegistrationSaved
from services.documents.dependencies import Dependencies
from services.documents.domain.object_keys import DocumentName
from services.documents.models import Candidature, Document, db
from services.documents.operations.document_storage import assign_files, store_rendered
from services.documents.operations.measured_rendering import render_measured
from services.documents.operations.publishing import new_document
from services.documents.queries.candidatures import is_withdrawn, saved_event
from services.documents.rendering.relance import relance
from services.objects import operation_naming

MAKE_REMINDER = "make_reminder"
_TYPE = DocumentType.RELANCE


class _AlreadyMade(Exception):
    """Another worker was faster with the same document."""


def request_reminders(session: Session, event: PiecesReminded, event_id: str) -> None:
    """Ask for the document of each candidature of the reminder."""
    for candidature in event.candidatures:
        work = {"event_id": event_id, "reminded_at": event.reminded_at, "candidature": data_of(candidature)}
        follow_up(session, MAKE_REMINDER, work, subject=candidature.candidature_id)


def make_reminder(dependencies: Dependencies, work: dict[str, Any]) -> None:
    """Make the document, unless it is made already or its candidature is withdrawn.

    Raises NotFound before the version's own event has come, StoreUnavailable: to be tried again.
    """
    incomplete = read(IncompleteCandidature, work["candidature"])
    document_id = _document_id(work["event_id"], incomplete.candidature_id)
    saved = saved_event(incomplete.candidature_id, incomplete.version)
    if saved is None:
        raise NotFound()
    if is_withdrawn(saved) or _is_made(document_id):
        return
    reminded_at = datetime.fromisoformat(work["reminded_at"])
    _create(dependencies, document_id, saved, incomplete, reminded_at)


def _is_made(document_id: str) -> bool:
    with db.reading() as session:
        return session.get(Document, document_id) is not None


def _create(
    dependencies: Dependencies,
    document_id: str,
    saved: RegistrationSaved,
    incomplete: IncompleteCandidature,
    reminded_at: datetime,
) -> None:
    sheet = relance(saved, incomplete.groups, reminded_at, dependencies.letterhead)
    rendered = render_measured(sheet, _TYPE.value, saved.candidature_id)
    name = DocumentName.new(saved.candidature_id, _TYPE.value, 0, document_id)
    pdf, html = store_rendered(dependencies.store, rendered, name)
    with suppress(_AlreadyMade), operation_naming(db, dependencies.store, pdf.key, html.key) as session:
        session.get_one(Candidature, saved.candidature_id, with_for_update=True)
        if session.get(Document, document_id) is not None:
            raise _AlreadyMade
        document = new_document(session, document_id, saved.candidature_id, _TYPE.value, _TYPE.label, at=reminded_at)
        assign_files(document, pdf, html)
        session.add(document)


def _document_id(event_id: str, candidature_id: str) -> str:
    """The same whenever the follow-up runs, so that it makes one."""
    return hashlib.sha256(f"{event_id}/{candidature_id}".encode()).hexdigest()[:32]
