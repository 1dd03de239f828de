"""Reads documents: those of a candidature, those that a candidate has not opened yet, a single one; for their owner, or
for staff of some académies."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, select

from services.chassis.errors import NotFound, found
from services.contracts.api import documents as api
from services.contracts.api import staff_documents as staff_api
from services.contracts.api.operation import answer_of
from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType, type_label
from services.documents.domain.document_names import is_id
from services.documents.models import Candidature, Document, Withdrawal, db
from services.documents.queries.candidatures import WITHDRAWAL_JOIN, is_visible

AnyDocument = TypeVar("AnyDocument", bound=api.Document)
_NEWEST_FIRST = (Document.published_at.desc(), Document.version.desc(), Document.label, Document.id)


def list_documents(candidature_id: str) -> api.Documents:
    """All documents of a candidature that were not withdrawn, by date, the newest first; of one instant, by version and
    label."""
    of_candidature = (Document.candidature_id == candidature_id, Document.withdrawn_at.is_(None))
    statement = select(Document).where(*of_candidature).order_by(*_NEWEST_FIRST)
    with db.reading() as session:
        return api.Documents(documents=_answers(api.Document, session.scalars(statement)))


def list_for_staff(candidature_id: str, academies: Collection[str] | None) -> staff_api.StaffDocuments:
    """All documents of a candidature, withdrawn ones too, the newest first. Raises NotFound, also outside these
    académies (None: all)."""
    with db.reading_for_staff() as session:
        candidature = session.get(Candidature, candidature_id) if is_id(candidature_id) else None
        if candidature is None or not _is_within(candidature, academies):
            raise NotFound()
        of_candidature = select(Document).where(Document.candidature_id == candidature_id)
        rows = session.scalars(of_candidature.order_by(*_NEWEST_FIRST))
        return staff_api.StaffDocuments(documents=_answers(staff_api.StaffDocument, rows))


def document_for_staff(document_id: str, academies: Collection[str] | None) -> tuple[Document, Candidature]:
    """A document, withdrawn or not, with its candidature. Raises NotFound, also outside these académies (None: all)."""
    with db.reading_for_staff() as session:
        document = session.get(Document, document_id) if is_id(document_id) else None
        candidature = session.get(Candidature, document.candidature_id) if document else None
    if document is None or candidature is None or not _is_within(candidature, academies):
        raise NotFound()
    return document, candidature


def _is_within(candidature: Candidature, academies: Collection[str] | None) -> bool:
    return academies is None or candidature.academie_code in academies


def list_unopened(candidate_id: str) -> api.DocumentsToRead:
    """What gestionnaires published for this candidate and the candidate has not opened, newest first."""
    statement = (
        select(Document)
        .join(Candidature, Candidature.id == Document.candidature_id)
        .outerjoin(Withdrawal, WITHDRAWAL_JOIN)
        .where(Candidature.candidate_id == candidate_id, is_visible(), is_unopened())
        .order_by(Document.published_at.desc(), Document.id)
    )
    with db.reading() as session:
        return api.DocumentsToRead(documents=_answers(api.DocumentToRead, session.scalars(statement)))


def _answers(answer: type[AnyDocument], rows: Iterable[Document]) -> tuple[AnyDocument, ...]:
    return tuple(
        answer_of(answer, row, type_label=type_label(row.type, row.type_label), size=row.pdf_size) for row in rows
    )


def is_unopened() -> ColumnElement[bool]:
    """As SQL: published by a gestionnaire, not withdrawn, and not opened yet."""
    return and_(Document.opened_at.is_(None), Document.withdrawn_at.is_(None), Document.type.not_in(AUTOMATIC_TYPES))


def document_of(candidate_id: str, document_id: str) -> tuple[Document, Candidature]:
    """A document of this candidate that was not withdrawn, with its candidature. Raises NotFound."""
    if not is_id(document_id):
        raise NotFound()
    statement = (
        select(Document, Candidature)
        .join(Candidature, and_(Candidature.id == Document.candidature_id, Candidature.candidate_id == candidate_id))
        .outerjoin(Withdrawal, WITHDRAWAL_JOIN)
        .where(Document.id == document_id, Document.withdrawn_at.is_(None), is_visible())
    )
    with db.reading() as session:
        row = found(session.execute(statement).one_or_none())
    return row[0], row[1]


def automatic_document(candidature_id: str, document_type: DocumentType, version: int) -> Document | None:
    """The automatic document of that type and version; None until the worker has stored it."""
    statement = select(Document).filter_by(candidature_id=candidature_id, type=document_type.value, version=version)
    with db.reading() as session:
        return session.scalar(statement)
