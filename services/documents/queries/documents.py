"""Reads documents: those of a candidature, those that a candidate has not opened yet, a single one;
for their owner, or for staff of some académies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Subquery, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from services.chassis.errors import NotFound, found
from services.contracts.api import documents as api
from services.contracts.api import staff_documents as staff_api
from services.contracts.api import verification as verification_api
from services.contracts.api.registrations import Standing
from services.contracts.api.verification import State
from services.contracts.document_rules import (
    AUTOMATIC_TYPES,
    ONE_PER_SESSION,
    DocumentType,
    type_label,
)
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.document_names import is_id
from services.documents.domain.proofs import Facts, shown
from services.documents.domain.recipients import Publisher
from services.documents.models import Candidature, Document, RemadeDocuments, Withdrawal, db
from services.documents.queries.candidatures import (
    WITHDRAWAL_JOIN,
    candidature_of,
    is_active,
    is_visible,
)

_NEWEST_FIRST = (
    Document.published_at.desc(),
    Document.version.desc(),
    Document.edition.desc(),
    Document.label,
    Document.id,
)


@dataclass(frozen=True)
class _Successor:
    """A document that stands in the place of another: published `at`, of this later version of the
    candidature. None where nothing does, or where the version is the same."""

    at: datetime | None
    version: int | None


def list_documents(transaction: Session, candidate_id: str, candidature_id: str) -> api.Documents:
    """List the documents of a candidature by date, the newest first; of one instant, by version and
    label.

    Of what was withdrawn, the reason is told where it is meant for the candidate. Raises NotFound
    where the candidature is not theirs, or not heard of.
    """
    found(candidature_of(transaction, candidate_id, candidature_id))
    rows = _of_candidature(transaction, candidature_id)
    successors = _successors(rows)
    listed = [_listed_document(row, successors[row.id]) for row in rows]
    return api.Documents(documents=tuple(listed))


def list_for_staff(
    transaction: Session, candidature_id: str, staff: Publisher
) -> staff_api.StaffDocuments:
    """List the documents of a candidature, withdrawn ones too, the newest first.

    Raises NotFound, also outside the académies of `staff`.
    """
    candidature = transaction.get(Candidature, candidature_id) if is_id(candidature_id) else None
    if candidature is None or not staff.may_publish_in(candidature.academie_code):
        raise NotFound()
    rows = _of_candidature(transaction, candidature_id)
    successors = _successors(rows)
    listed = [_staff_document(row, successors[row.id]) for row in rows]
    return staff_api.StaffDocuments(documents=tuple(listed))


def _of_candidature(transaction: Session, candidature_id: str) -> Sequence[Document]:
    of_candidature = select(Document).where(Document.candidature_id == candidature_id)
    return transaction.scalars(of_candidature.order_by(*_NEWEST_FIRST)).all()


def document_for_staff(
    transaction: Session, document_id: str, staff: Publisher
) -> tuple[Document, Candidature]:
    """Return a document, withdrawn or not, with its candidature.

    Raises NotFound, also outside the académies of `staff`.
    """
    document = found(transaction.get(Document, document_id) if is_id(document_id) else None)
    candidature = transaction.get_one(Candidature, document.candidature_id)
    if not staff.may_publish_in(candidature.academie_code):
        raise NotFound()
    return document, candidature


def list_remade(transaction: Session) -> list[staff_api.RemadeDocuments]:
    """List the openings whose dates have moved, with what was made again since the last time."""
    return [
        staff_api.RemadeDocuments(
            exam=row.exam,
            session=row.session,
            academie=row.academie,
            expected=row.expected,
            made=row.made,
            last_made_at=row.last_made_at,
        )
        for row in transaction.scalars(select(RemadeDocuments))
    ]


def list_unopened(transaction: Session, candidate_id: str) -> api.DocumentsToRead:
    """List what gestionnaires published for this candidate and the candidate has not opened, newest
    first. No relance of a candidature that was set aside: nothing is asked for any more."""
    still_asked = or_(is_active(), Document.type != DocumentType.RELANCE)
    statement = (
        select(Document)
        .join(Candidature, Candidature.id == Document.candidature_id)
        .outerjoin(Withdrawal, WITHDRAWAL_JOIN)
        .where(Candidature.candidate_id == candidate_id, is_visible(), is_unopened(), still_asked)
        .order_by(Document.published_at.desc(), Document.id)
    )
    to_read = [_document_to_read(row) for row in transaction.scalars(statement)]
    return api.DocumentsToRead(documents=tuple(to_read))


def _document_to_read(row: Document) -> api.DocumentToRead:
    return api.DocumentToRead(
        id=row.id,
        type=row.type,
        type_label=type_label(row.type, row.type_label),
        label=row.label,
        version=row.printed_version,
        published_at=row.published_at,
        size=row.pdf_size,
        candidature_id=row.candidature_id,
    )


def _listed_document(row: Document, successor: _Successor) -> api.ListedDocument:
    return api.ListedDocument(
        id=row.id,
        type=row.type,
        type_label=type_label(row.type, row.type_label),
        label=row.label,
        version=row.printed_version,
        published_at=row.published_at,
        size=row.pdf_size,
        edition=row.edition,
        replaced_at=successor.at,
        replaced_by_version=successor.version,
        withdrawn_at=row.withdrawn_at,
        withdrawal_reason=row.withdrawal_reason if row.is_reason_shown else None,
    )


def _staff_document(row: Document, successor: _Successor) -> staff_api.StaffDocument:
    return staff_api.StaffDocument(
        id=row.id,
        type=row.type,
        type_label=type_label(row.type, row.type_label),
        label=row.label,
        version=row.printed_version,
        published_at=row.published_at,
        size=row.pdf_size,
        edition=row.edition,
        replaced_at=successor.at,
        replaced_by_version=successor.version,
        withdrawn_at=row.withdrawn_at,
        withdrawal_reason=row.withdrawal_reason,
        is_reason_shown=row.is_reason_shown,
    )


def _successors(rows: Sequence[Document]) -> dict[str, _Successor]:
    """Return what stands in the place of each document of a candidature, by the document's id.

    The next one of the same type and title (`ONE_PER_SESSION`: of the type) replaces a document,
    but none that was withdrawn does, nor is replaced.
    """
    successors: dict[str, _Successor] = {}
    following: dict[tuple[str, str], Document] = {}
    newest: dict[tuple[str, str], int | None] = {}
    for row in sorted(rows, key=lambda row: (row.version, row.edition), reverse=True):
        subject = row.type, "" if row.type in ONE_PER_SESSION else row.label
        after = None if row.withdrawn_at else following.get(subject)
        version = newest.setdefault(subject, row.printed_version)
        by_version = version if after and version != row.version else None
        successors[row.id] = _Successor(after.published_at if after else None, by_version)
        if not row.withdrawn_at:
            following[subject] = row
    return successors


def is_replaced_by(type: str, label: str) -> ColumnElement[bool]:
    """Return the condition that a new document of that type and title replaces a document."""
    of_type = and_(Document.type == type, Document.withdrawn_at.is_(None))
    return of_type if type in ONE_PER_SESSION else and_(of_type, Document.label == label)


@dataclass(frozen=True)
class OtherDocument:
    """A document of a candidature that a new one replaces (`is_replaced`), or stands beside."""

    document: Document
    is_replaced: bool


def documents_beside(
    transaction: Session, candidatures: Collection[str], type: str, title: str
) -> dict[str, OtherDocument]:
    """Return by candidature the newest document that a new one of that type and title replaces, or
    else stands beside."""
    replaced = is_replaced_by(type, title)
    published = select(Document, replaced).where(
        Document.candidature_id.in_(candidatures), Document.type == type
    )
    rows = transaction.execute(
        published.where(Document.withdrawn_at.is_(None)).order_by(replaced, Document.version)
    )
    return {row.candidature_id: OtherDocument(row, bool(is_replaced)) for row, is_replaced in rows}


@dataclass(frozen=True)
class Paper:
    """A document that bears a code, as our copy knows it. `version`: the saved version that it
    prints, None of one that prints none; `withdrawn_at`, `replaced_at`: None where the copy knows
    of no such act."""

    code: str
    candidature_id: str
    version: int | None
    facts: Facts
    withdrawn_at: datetime | None
    replaced_at: datetime | None


def paper_of(code: str) -> Paper | None:
    """Return the document of that code, None where there is none. One of a candidature that was
    withdrawn or set aside is withdrawn."""
    statement = select(Document, Candidature, Withdrawal).join(
        Candidature, Candidature.id == Document.candidature_id
    )
    with db.reading() as transaction:
        of_code = statement.outerjoin(Withdrawal, WITHDRAWAL_JOIN).where(Document.code == code)
        row = transaction.execute(of_code).one_or_none()
        if row is None:
            return None
        document, candidature, end = row
        replaced_at = _replaced_at(transaction, document, candidature)
    ended_at = end.withdrawn_at if end and candidature.version <= end.version else None
    return Paper(
        code=code,
        candidature_id=candidature.id,
        version=document.version if document.type in AUTOMATIC_TYPES else None,
        facts=found(document.proof).facts,
        withdrawn_at=document.withdrawn_at or ended_at,
        replaced_at=replaced_at,
    )


def verdict_on(paper: Paper, standing: Standing | None) -> verification_api.Verdict:
    """Return what became of a paper, and what it says. `standing`: of its candidature, as
    registrations tells it, of which our copy may be behind; None where it does not say."""
    withdrawn_at = paper.withdrawn_at or (standing.ended_at if standing else None)
    replaced_at = paper.replaced_at or _outdated_at(paper, standing)
    state = State.IN_FORCE
    if withdrawn_at:
        state = State.WITHDRAWN
    elif replaced_at:
        state = State.REPLACED
    said = paper.facts
    return verification_api.Verdict(
        code=shown(paper.code),
        state=state,
        since=withdrawn_at or replaced_at,
        type=said.type,
        exam=said.exam,
        session=said.session,
        specialite=said.specialite,
        dated=date.fromisoformat(said.date),
        initials=said.initials,
        birth_year=said.birth_year,
    )


def _outdated_at(paper: Paper, standing: Standing | None) -> datetime | None:
    if standing is None or paper.version is None or paper.version >= standing.version:
        return None
    return standing.saved_at


def _replaced_at(
    transaction: Session, document: Document, candidature: Candidature
) -> datetime | None:
    """Return the date of the newest document in the place of this one, or of the candidature's
    version, whose documents follow. None where nothing stands in its place."""
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
    """Return the condition that a document was published by a gestionnaire, is not withdrawn, and
    is not opened yet."""
    return and_(
        Document.opened_at.is_(None),
        Document.withdrawn_at.is_(None),
        Document.type.not_in(AUTOMATIC_TYPES),
    )


def document_of(candidate_id: str, document_id: str) -> tuple[Document, Candidature]:
    """Return a document of this candidate that was not withdrawn, with its candidature.

    Raises NotFound.
    """
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
    """Return the automatic document of that type and edition; None until it is stored."""
    wanted = select(Document).where(
        Document.candidature_id == event.candidature_id,
        Document.type == document_type.value,
        Document.version == event.version,
        Document.edition == event.edition,
    )
    with db.reading() as transaction:
        return transaction.scalar(wanted)


def numeros_candidat() -> Subquery:
    """Select the id, N° candidat and label of documents."""
    of_documents = select(Document.id, Candidature.numero_candidat, Document.label)
    return of_documents.join(Candidature, Candidature.id == Document.candidature_id).subquery()
