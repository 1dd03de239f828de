"""What may be chosen for a new import: types of documents, académies, and sessions that have candidatures."""

from __future__ import annotations

from sqlalchemy import select, tuple_

from services.contracts.api import staff_imports as api
from services.contracts.api.operation import answer_of
from services.contracts.document_rules import PUBLISHED_TYPES, DocumentType
from services.documents.domain.import_columns import COLUMNS
from services.documents.models import Candidature, ExamDocuments, db
from services.reference import academies

MAX_SESSIONS = 200


def import_form(own_academies: frozenset[str] | None) -> api.ImportForm:
    """For a gestionnaire of these académies; None: all."""
    offered = (item for item in academies.all() if own_academies is None or item.code in own_academies)
    return api.ImportForm(
        types=(*map(_guide_type, PUBLISHED_TYPES), *_declared_types()),
        academies=tuple(answer_of(api.AcademieChoice, academie) for academie in offered),
        sessions=_sessions(),
    )


def declared_label(exam: str, type: str) -> str | None:
    """Of a type for the exam of that label; None where it declares no such type."""
    return next((item.label for item in _declared_types() if (item.exam, item.type) == (exam, type)), None)


def _guide_type(type: DocumentType) -> api.DocumentTypeChoice:
    columns = tuple(answer_of(api.Column, column) for column in COLUMNS.get(type, ()))
    return api.DocumentTypeChoice(type=type.value, label=type.label, exam=None, columns=columns)


def _declared_types() -> tuple[api.DocumentTypeChoice, ...]:
    """Those of exams' catalogues, by exam, in the order of the catalogue."""
    with db.reading_for_staff() as session:
        return tuple(
            api.DocumentTypeChoice(type=code, label=label, exam=row.exam_label, columns=())
            for row in session.scalars(select(ExamDocuments).order_by(ExamDocuments.exam_label))
            for code, label in row.labels.items()
        )


def _sessions() -> tuple[api.SessionChoice, ...]:
    """Those for which there are candidatures, in their order; MAX_SESSIONS at most.

    Each is found by its own step in an index, whatever the number of candidatures.
    """
    columns = (Candidature.session_label, Candidature.exam_label)
    found: list[tuple[str, str]] = []
    with db.reading_for_staff() as session:
        while len(found) < MAX_SESSIONS:
            following = select(*columns).order_by(*columns)
            if found:
                following = following.where(tuple_(*columns) > found[-1])
            row = session.execute(following.limit(1)).one_or_none()
            if row is None:
                break
            found.append((row[0], row[1]))
    return tuple(api.SessionChoice(session=label, exam=exam) for label, exam in found)
