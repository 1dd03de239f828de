"""Rows and objects put in agreement: lost objects are made again, leftovers deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from services.chassis.clock import system_now
from services.chassis.objects import ObjectStore
from services.documents import queries
from services.documents.domain.types import AUTOMATIC, DocumentType
from services.documents.models import Document, db
from services.documents.operations.making import PREFIX, assign, discard, keep_both
from services.documents.parts import Parts

log = structlog.get_logger()

# An object is written moments before its row: only older ones without a row are leftovers.
_SETTLED = timedelta(days=2)


@dataclass(frozen=True)
class Findings:
    """What a reconciliation did: documents made again, documents that nobody can make again, objects deleted."""

    remade: int
    lost: int
    deleted: int


def reconcile(parts: Parts) -> Findings:
    """Compare every row with what the store lists. Raises StoreUnavailable when the store does not answer.

    Bytes are not read here: they are compared with their SHA-256 whenever a document is handed out.
    """
    present = set(parts.store.keys())
    rows = _rows()
    broken = [row.id for row in rows if not {row.pdf_key, row.html_key} <= present]
    remade = sum(_made_again(parts, document_id) for document_id in broken)
    named = {key for row in rows for key in (row.pdf_key, row.html_key)}
    deleted = _delete_leftovers(parts.store, present - named)
    findings = Findings(remade, len(broken) - remade, deleted)
    log.info("documents_reconciled", checked=len(rows), **vars(findings))
    return findings


def _rows() -> Sequence[Any]:
    """(id, pdf_key, html_key) of every document."""
    with db.reading() as session:
        return session.execute(select(Document.id, Document.pdf_key, Document.html_key)).all()


def _made_again(parts: Parts, document_id: str) -> bool:
    """Render an automatic document from its version and point its row at the new objects."""
    with db.reading() as session:
        document = session.get_one(Document, document_id)
    kind = DocumentType(document.type)
    event = queries.saved_version(document.candidature_id, document.version) if kind in AUTOMATIC else None
    if event is None:
        log.error("document_lost", document_id=document_id)
        return False
    old = (document.pdf_key, document.html_key)
    pdf, html = keep_both(parts, kind, event)
    with db.operation() as session:
        assign(session.get_one(Document, document_id, with_for_update=True), pdf, html)
    discard(parts.store, *old)
    return True


def _delete_leftovers(store: ObjectStore, unnamed: set[str]) -> int:
    oldest_kept = f"{system_now() - _SETTLED:%Y%m%d}"
    leftovers = [key for key in unnamed if _day_of(key) < oldest_kept]
    discard(store, *leftovers)
    return len(leftovers)


def _day_of(key: str) -> str:
    """The day in one of our keys; what is not ours counts as new and is left alone."""
    parts = key.split("/")
    return parts[1] if len(parts) == 3 and parts[0] == PREFIX else "99999999"
