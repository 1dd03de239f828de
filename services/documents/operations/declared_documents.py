"""Keeps what exams' catalogues declare, from registrations' events in whatever order they arrive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.contracts.registrations import DocumentsDeclared
from services.documents.models import ExamDocuments


def store_declared(session: Session, event: DocumentsDeclared) -> None:
    """Store what the exam now declares, unless something newer is known."""
    declared_at = datetime.fromisoformat(event.declared_at)
    row = session.get(ExamDocuments, event.exam, with_for_update=True)
    if row is None:
        row = ExamDocuments(exam=event.exam)
        session.add(row)
    elif row.declared_at >= declared_at:
        return
    row.exam_label, row.declared_at = event.exam_label, declared_at
    row.labels = {document.code: document.label for document in event.documents}
