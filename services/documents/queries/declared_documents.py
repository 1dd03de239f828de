"""Reads the types of documents that exams' catalogues declare."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from services.documents.models import ExamDocuments, db


@dataclass(frozen=True)
class DeclaredType:
    """`exam`: the label of the exam whose candidates may get it."""

    type: str
    label: str
    exam: str


def declared_types() -> list[DeclaredType]:
    """By exam, in the order of the catalogue."""
    with db.reading_for_staff() as session:
        rows = session.scalars(select(ExamDocuments).order_by(ExamDocuments.exam_label))
        return [DeclaredType(code, label, row.exam_label) for row in rows for code, label in row.labels.items()]


def declared_label(exam: str, type: str) -> str | None:
    """Of a type for the exam of that label; None where it declares no such type."""
    return next((item.label for item in declared_types() if (item.exam, item.type) == (exam, type)), None)
