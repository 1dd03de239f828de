"""Reads for the API and the operations. What is hidden or someone else's is not found, like what does not exist."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from services.chassis.errors import NotFound
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.identifiers import is_id
from services.documents.domain.types import PUBLISHED, DocumentType
from services.documents.domain.visibility import End, is_ecartee, is_hidden
from services.documents.models import Candidature, Document, SavedVersion, Withdrawal, db

_WITHDRAWAL = Withdrawal.candidature_id == Candidature.id


@dataclass(frozen=True)
class Tile:
    """A candidature as « Mes documents » shows it; `ecartee`: its service gestionnaire set it aside."""

    candidature: Candidature
    ecartee: bool


def _stands() -> ColumnElement[bool]:
    """Neither withdrawn nor set aside: what `End.covers` denies, for whole lists."""
    return or_(Withdrawal.version.is_(None), Candidature.version > Withdrawal.version)


def _shown() -> ColumnElement[bool]:
    """The same rule as `is_hidden`, for whole lists."""
    return or_(_stands(), Withdrawal.ecartee)


def candidatures_of(candidate_id: str) -> list[Tile]:
    """The tiles of a candidate, newest first; also those whose session has closed, or that were set aside."""
    wanted = (
        select(Candidature, Withdrawal)
        .outerjoin(Withdrawal, _WITHDRAWAL)
        .where(Candidature.candidate_id == candidate_id, _shown())
        .order_by(Candidature.saved_at.desc(), Candidature.id)
    )
    with db.reading() as session:
        return [Tile(copy, is_ecartee(copy.version, _end(row))) for copy, row in session.execute(wanted)]


def own_copy(candidate_id: str, candidature_id: str) -> Candidature:
    """Our copy of a candidature of this candidate. Raises NotFound."""
    copy = own_copy_or_none(candidate_id, candidature_id)
    if copy is None:
        raise NotFound()
    return copy


def own_copy_or_none(candidate_id: str, candidature_id: str) -> Candidature | None:
    """None if its event has not come yet. Raises NotFound if it is hidden or someone else's."""
    if not is_id(candidature_id):
        raise NotFound()
    with db.reading() as session:
        copy = session.get(Candidature, candidature_id)
        end = _end(session.get(Withdrawal, candidature_id))
    if copy is None:
        return None
    if copy.candidate_id != candidate_id or is_hidden(copy.version, end):
        raise NotFound()
    return copy


def standing_in(candidature_ids: Collection[str], academies: Collection[str] | None) -> frozenset[str]:
    """Which of these candidatures stand and belong to these académies (None: all)."""
    wanted = select(Candidature.id).outerjoin(Withdrawal, _WITHDRAWAL)
    wanted = wanted.where(Candidature.id.in_(candidature_ids), _stands())
    if academies is not None:
        wanted = wanted.where(Candidature.academie_code.in_(academies))
    with db.reading_for_staff() as session:
        return frozenset(session.scalars(wanted))


def is_withdrawn(event: RegistrationSaved) -> bool:
    """Whether that version was withdrawn, as far as we know."""
    with db.reading() as session:
        return is_hidden(event.version, _end(session.get(Withdrawal, event.candidature_id)))


def _end(row: Withdrawal | None) -> End | None:
    return End(row.version, row.ecartee) if row is not None else None


def documents_of(candidature_id: str) -> list[Document]:
    """All documents of a candidature by date, the newest first; of one instant, by version and label."""
    newest = (Document.published_at.desc(), Document.version.desc(), Document.label, Document.id)
    with db.reading() as session:
        return list(session.scalars(select(Document).filter_by(candidature_id=candidature_id).order_by(*newest)))


def to_read(candidate_id: str) -> list[Document]:
    """What gestionnaires published for this candidate and he has not opened, newest first."""
    wanted = (
        select(Document)
        .join(Candidature, Candidature.id == Document.candidature_id)
        .outerjoin(Withdrawal, _WITHDRAWAL)
        .where(Candidature.candidate_id == candidate_id, _shown(), is_to_read())
        .order_by(Document.published_at.desc(), Document.id)
    )
    with db.reading() as session:
        return list(session.scalars(wanted))


def is_to_read() -> ColumnElement[bool]:
    return and_(Document.opened_at.is_(None), Document.type.in_(PUBLISHED))


def own_document(candidate_id: str, document_id: str) -> tuple[Document, Candidature]:
    """A document of this candidate, with its candidature. Raises NotFound."""
    if not is_id(document_id):
        raise NotFound()
    wanted = (
        select(Document, Candidature)
        .join(Candidature, and_(Candidature.id == Document.candidature_id, Candidature.candidate_id == candidate_id))
        .outerjoin(Withdrawal, _WITHDRAWAL)
        .where(Document.id == document_id, _shown())
    )
    with db.reading() as session:
        found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def document_of(candidature_id: str, kind: DocumentType, version: int) -> Document | None:
    """The automatic document of that type and version, once it is made."""
    with db.reading() as session:
        wanted = select(Document).filter_by(candidature_id=candidature_id, type=kind.value, version=version)
        return session.scalar(wanted)


def saved_version(candidature_id: str, version: int) -> RegistrationSaved | None:
    """The event of a version as it was kept."""
    with db.reading() as session:
        kept = session.get(SavedVersion, (candidature_id, version))
    return None if kept is None else RegistrationSaved.from_data(kept.payload)
