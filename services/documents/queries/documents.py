"""Reads documents: those of a candidature, those that a candidate has not opened yet, a single one;
for their owner, or for staff of some académies."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Subquery, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from services.chassis.errors import NotFound, found
from services.contracts.api import documents as api
from services.contracts.api import staff_documents as staff_api
from services.contracts.api import verification as verification_api
from services.contracts.api.operation import answer_of
from services.contracts.api.verification import State
from services.contracts.document_rules import (
    AUTOMATIC_TYPES,
    ONE_PER_SESSION,
    DocumentType,
    type_label,
)
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.document_names import is_id
from services.documents.domain.proofs import shown
from services.documents.domain.recipients import Publisher
from services.documents.models import Candidature, Document, RemadeDocuments, Withdrawal, db
from services.documents.queries.candidatures import (
    WITHDRAWAL_JOIN,
    candidature_of,
    is_active,
    is_visible,
)

AnyDocument = TypeVar("AnyDocument", bound=api.Document)
_NEWEST_FIRST = (
    Document.published_at.desc(),
    Document.version.desc(),
    Document.edition.desc(),
    Document.label,
    Document.id,
)


def list_documents(candidate_id: str, candidature_id: str) -> api.Documents:
    """All documents of a candidature, by date, the newest first; of one instant, by version and
    label. Of what was withdrawn, the reason where it is meant for the candidate. Raises NotFound
    where it is not theirs, or not heard of.
    """
    found(candidature_of(candidate_id, candidature_id))
    with db.reading() as transaction:
        rows = _of_candidature(transaction, candidature_id)
    answers = zip(rows, _listed(api.ListedDocument, rows), strict=True)
    shown = (
        item if row.is_reason_shown else replace(item, withdrawal_reason=None)
        for row, item in answers
    )
    return api.Documents(documents=tuple(shown))


def list_for_staff(candidature_id: str, staff: Publisher) -> staff_api.StaffDocuments:
    """All documents of a candidature, withdrawn ones too, the newest first. Raises NotFound, also
    outside the académies of `staff`."""
    with db.reading_for_staff() as transaction:
        candidature = (
            transaction.get(Candidature, candidature_id) if is_id(candidature_id) else None
        )
        if candidature is None or not staff.may_publish_in(candidature.academie_code):
            raise NotFound()
        rows = _of_candidature(transaction, candidature_id)
    return staff_api.StaffDocuments(documents=_listed(staff_api.StaffDocument, rows))


def _of_candidature(transaction: Session, candidature_id: str) -> Sequence[Document]:
    of_candidature = select(Document).where(Document.candidature_id == candidature_id)
    return transaction.scalars(of_candidature.order_by(*_NEWEST_FIRST)).all()


def document_for_staff(
    transaction: Session, document_id: str, staff: Publisher
) -> tuple[Document, Candidature]:
    """A document, withdrawn or not, with its candidature. Raises NotFound, also outside the
    académies of `staff`."""
    document = found(transaction.get(Document, document_id) if is_id(document_id) else None)
    candidature = transaction.get_one(Candidature, document.candidature_id)
    if not staff.may_publish_in(candidature.academie_code):
        raise NotFound()
    return document, candidature


def remade() -> list[staff_api.RemadeDocuments]:
    """Of each opening whose dates have moved, since the last time."""
    with db.reading_for_staff() as transaction:
        return [
            answer_of(staff_api.RemadeDocuments, row)
            for row in transaction.scalars(select(RemadeDocuments))
        ]


def list_unopened(candidate_id: str) -> api.DocumentsToRead:
    """What gestionnaires published for this candidate and the candidate has not opened, newest
    first; no relance of a candidature that was set aside, since nothing is asked for any more."""
    still_asked = or_(is_active(), Document.type != DocumentType.RELANCE)
    statement = (
        select(Document)
        .join(Candidature, Candidature.id == Document.candidature_id)
        .outerjoin(Withdrawal, WITHDRAWAL_JOIN)
        .where(Candidature.candidate_id == candidate_id, is_visible(), is_unopened(), still_asked)
        .order_by(Document.published_at.desc(), Document.id)
    )
    with db.reading() as transaction:
        rows = transaction.scalars(statement).all()
    return api.DocumentsToRead(documents=tuple(_answer(api.DocumentToRead, row) for row in rows))


def _answer(answer: type[AnyDocument], row: Document, **others: Any) -> AnyDocument:
    label = type_label(row.type, row.type_label)
    return answer_of(
        answer, row, version=row.printed_version, type_label=label, size=row.pdf_size, **others
    )


def _listed(answer: type[AnyDocument], rows: Sequence[Document]) -> tuple[AnyDocument, ...]:
    """In the order of `rows`, all of a candidature. The next one of the same type and title
    (`ONE_PER_SESSION`: of the type) replaces a document, but none that was withdrawn does, nor is
    replaced."""
    marks: dict[str, dict[str, Any]] = {}
    following: dict[tuple[str, str], Document] = {}
    newest: dict[tuple[str, str], int | None] = {}
    for row in sorted(rows, key=lambda row: (row.version, row.edition), reverse=True):
        subject = row.type, "" if row.type in ONE_PER_SESSION else row.label
        after = None if row.withdrawn_at else following.get(subject)
        version = newest.setdefault(subject, row.printed_version)
        by_version = version if after and version != row.version else None
        marks[row.id] = {
            "replaced_at": after and after.published_at,
            "replaced_by_version": by_version,
        }
        if not row.withdrawn_at:
            following[subject] = row
    return tuple(_answer(answer, row, **marks[row.id]) for row in rows)


def is_replaced_by(type: str, label: str) -> ColumnElement[bool]:
    """As SQL: a new document of that type and title replaces it."""
    of_type = and_(Document.type == type, Document.withdrawn_at.is_(None))
    return of_type if type in ONE_PER_SESSION else and_(of_type, Document.label == label)


def documents_beside(
    transaction: Session, candidatures: Collection[str], type: str, title: str
) -> dict[str, tuple[Document, bool]]:
    """By candidature: the newest document that a new one of that type and title replaces (True), or
    else stands beside."""
    replaced = is_replaced_by(type, title)
    published = select(Document, replaced).where(
        Document.candidature_id.in_(candidatures), Document.type == type
    )
    rows = transaction.execute(
        published.where(Document.withdrawn_at.is_(None)).order_by(replaced, Document.version)
    )
    return {row.candidature_id: (row, bool(is_replaced)) for row, is_replaced in rows}


def verdict_on(code: str) -> verification_api.Verdict | None:
    """What became of the document of that code, and what it says; None where there is none. One of
    a candidature that was withdrawn or set aside is withdrawn."""
    statement = select(Document, Candidature, Withdrawal).join(
        Candidature, Candidature.id == Document.candidature_id
    )
    with db.reading() as transaction:
        of_code = statement.outerjoin(Withdrawal, WITHDRAWAL_JOIN).where(Document.code == code)
        row = transaction.execute(of_code).one_or_none()
        if row is None:
            return None
        document, candidature, end = row
        proof = found(document.proof)
        replaced_at = _replaced_at(transaction, document, candidature)
    ended_at = end.withdrawn_at if end and candidature.version <= end.version else None
    withdrawn_at = document.withdrawn_at or ended_at
    state = State.WITHDRAWN if withdrawn_at else State.REPLACED if replaced_at else State.IN_FORCE
    said = proof.facts
    since = withdrawn_at or replaced_at
    dated = date.fromisoformat(said.date)
    return answer_of(
        verification_api.Verdict, said, code=shown(code), state=state, since=since, dated=dated
    )


def _replaced_at(
    transaction: Session, document: Document, candidature: Candidature
) -> datetime | None:
    """The date of the newest document in its place, or of the candidature's version, whose
    documents follow."""
    place = tuple_(Document.version, Document.edition) > (document.version, document.edition)
    after = select(Document.published_at).where(Document.candidature_id == candidature.id, place)
    newest_first = after.where(is_replaced_by(document.type, document.label)).order_by(
        *_NEWEST_FIRST
    )
    if at := transaction.scalar(newest_first.limit(1)):
        return at
    is_outdated = document.type in AUTOMATIC_TYPES and document.version < candidature.version
    return candidature.saved_at if is_outdated else None


def is_unopened() -> ColumnElement[bool]:
    """As SQL: published by a gestionnaire, not withdrawn, and not opened yet."""
    return and_(
        Document.opened_at.is_(None),
        Document.withdrawn_at.is_(None),
        Document.type.not_in(AUTOMATIC_TYPES),
    )


def document_of(candidate_id: str, document_id: str) -> tuple[Document, Candidature]:
    """A document of this candidate that was not withdrawn, with its candidature. Raises
    NotFound."""
    if not is_id(document_id):
        raise NotFound()
    statement = (
        select(Document, Candidature)
        .join(
            Candidature,
            and_(
                Candidature.id == Document.candidature_id, Candidature.candidate_id == candidate_id
            ),
        )
        .outerjoin(Withdrawal, WITHDRAWAL_JOIN)
        .where(Document.id == document_id, Document.withdrawn_at.is_(None), is_visible())
    )
    with db.reading() as transaction:
        row = found(transaction.execute(statement).one_or_none())
    return row[0], row[1]


def automatic_document(document_type: DocumentType, event: RegistrationSaved) -> Document | None:
    """The automatic document of that type and edition; None until it is stored."""
    of_event = {
        "candidature_id": event.candidature_id,
        "version": event.version,
        "edition": event.edition,
    }
    with db.reading() as transaction:
        return transaction.scalar(select(Document).filter_by(type=document_type.value, **of_event))


def numeros_candidat() -> Subquery:
    """(id, N° candidat, label) of documents."""
    of_documents = select(Document.id, Candidature.numero_candidat, Document.label)
    return of_documents.join(Candidature, Candidature.id == Document.candidature_id).subquery()
