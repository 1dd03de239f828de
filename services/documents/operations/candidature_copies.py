"""Keeps our copy of candidatures, and of what exams' catalogues declare, from registrations' events
in whatever order they arrive.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.chassis.tasks.new_tasks import follow_up
from services.contracts import registrations as contracts
from services.contracts.base import data_of
from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType
from services.documents.domain.work import DocumentsToMake
from services.documents.models import (
    Candidature,
    Edition,
    ExamDocuments,
    RemadeDocuments,
    SavedVersion,
    Withdrawal,
    db,
)

MAKE_DOCUMENTS = "make_documents"
MAKE_EDITION = "make_edition"
OpeningLabels = tuple[str, str, str]
"""An opening by the labels of exam and session, and the académie's code."""


def store_version(transaction: Session, event: contracts.RegistrationSaved) -> None:
    """Store a saved version and ask for its documents; a version that is stored already changes
    nothing.

    An older version arriving late gets its documents too (they are kept by version) but leaves the
    tile alone.
    """
    candidature = transaction.scalar(
        select(Candidature).where(Candidature.id == event.candidature_id).with_for_update()
    )
    if is_erased(transaction, event.candidature_id, event.version) or _is_stored(
        transaction, event
    ):
        return
    candidature = candidature or Candidature(id=event.candidature_id, version=0)
    transaction.add(candidature)
    if event.version > candidature.version:
        _copy(candidature, event)
    transaction.flush()
    transaction.add(
        SavedVersion(
            candidature_id=event.candidature_id,
            version=event.version,
            payload=contracts.to_stored(event),
        )
    )
    transaction.flush()
    work = DocumentsToMake(event.candidature_id, event.version)
    follow_up(transaction, MAKE_DOCUMENTS, data_of(work), subject=event.candidature_id)


def _copy(candidature: Candidature, event: contracts.RegistrationSaved) -> None:
    """Have our copy of a candidature say what this version of it says."""
    candidature.candidate_id = event.candidate_id
    candidature.version = event.version
    candidature.exam_label = event.exam.label
    candidature.session_label = event.session.label
    candidature.academie_code = event.academie.code
    candidature.academie_label = event.academie.label
    candidature.specialite = event.confirmation.specialite
    candidature.numero_candidat = event.numero_candidat
    candidature.numero_inscription = event.numero_inscription
    candidature.saved_at = datetime.fromisoformat(event.saved_at)


def store_version_now(event: contracts.RegistrationSaved) -> None:
    """Store a saved version outside an event, in a transaction of its own, and ask for its
    documents; a version that is stored already is only read."""

    def is_stored() -> bool:
        with db.reading() as transaction:
            return _is_stored(transaction, event)

    if is_stored():
        return
    try:
        with db.operation() as transaction:
            store_version(transaction, event)
    except IntegrityError:  # two processes store the same version at the same time
        if not is_stored():
            raise


def is_erased(transaction: Session, candidature_id: str, version: int) -> bool:
    """Tell whether a version was erased: it is not stored any more, whatever arrives late."""
    tombstone = transaction.get(Withdrawal, candidature_id)
    return tombstone is not None and version <= (tombstone.erased_version or 0)


def store_editions(transaction: Session, event: contracts.DatesMoved) -> None:
    """Store the dates that these versions now print, and ask for their documents; stored already,
    nothing changes."""
    edited_at = datetime.fromisoformat(event.edited_at)
    concerned = Counter[OpeningLabels]()
    for edition in event.editions:
        if _add_edition(transaction, edition, event.dates, edited_at):
            work = DocumentsToMake(edition.candidature_id, edition.version)
            follow_up(transaction, MAKE_EDITION, data_of(work), subject=edition.candidature_id)
            if (candidature := transaction.get(Candidature, edition.candidature_id)) is not None:
                concerned[
                    candidature.exam_label, candidature.session_label, candidature.academie_code
                ] += 1
    for opening, candidatures in sorted(concerned.items()):
        _expect(transaction, opening, event.dates, edited_at, candidatures * len(AUTOMATIC_TYPES))


def store_validation(transaction: Session, event: contracts.RegistrationValidated) -> None:
    """Store that this edition of a version prints its validation, and ask for its confirmation, the
    one document that says so; stored already, nothing changes."""
    of = event.edition
    validated_at = datetime.fromisoformat(event.edition.validated_at or "")
    if _add_edition(transaction, of, event.dates, validated_at):
        work = DocumentsToMake(of.candidature_id, of.version, (DocumentType.CONFIRMATION,))
        follow_up(transaction, MAKE_DOCUMENTS, data_of(work), subject=of.candidature_id)


def _add_edition(
    transaction: Session,
    edition: contracts.Edition,
    dates: contracts.PrintedDates,
    edited_at: datetime,
) -> bool:
    """Store an edition, and tell whether it is new. One of a version that was erased is not."""
    known = transaction.get(Edition, (edition.candidature_id, edition.version, edition.edition))
    if known is not None or is_erased(transaction, edition.candidature_id, edition.version):
        return False
    row = Edition(
        candidature_id=edition.candidature_id,
        version=edition.version,
        edition=edition.edition,
        dates=dates,
        edited_at=edited_at,
        validated_at=edition.validated_at,
    )
    transaction.add(row)
    return True


def _expect(
    transaction: Session,
    opening: OpeningLabels,
    dates: contracts.PrintedDates,
    edited_at: datetime,
    documents: int,
) -> None:
    """Count documents that are to print these dates: from 0 on where the opening has moved
    again."""
    row = transaction.get(RemadeDocuments, opening, with_for_update=True)
    if row is None or (row.dates != dates and row.edited_at < edited_at):
        exam, name, academie = opening
        new = RemadeDocuments(
            exam=exam, session=name, academie=academie, dates=dates, expected=0, made=0
        )
        row = transaction.merge(new)
        row.last_made_at = None
    if row.dates == dates:
        row.expected = row.expected + documents
        row.edited_at = edited_at


def store_withdrawal(transaction: Session, event: contracts.RegistrationWithdrawn) -> None:
    """Note that a candidature was withdrawn or set aside, whether its own event has arrived or
    not."""
    of = event.candidature_id
    withdrawal = transaction.get(Withdrawal, of) or Withdrawal(candidature_id=of, version=0)
    transaction.add(withdrawal)
    if event.version > withdrawal.version:
        withdrawal.version = event.version
        withdrawal.withdrawn_at = datetime.fromisoformat(event.withdrawn_at)
    if event.version == withdrawal.version:
        withdrawal.ecartee = event.ecartee


def _is_stored(transaction: Session, event: contracts.RegistrationSaved) -> bool:
    same_version = select(SavedVersion.version).filter_by(
        candidature_id=event.candidature_id, version=event.version
    )
    return transaction.scalar(same_version) is not None


def store_declared(transaction: Session, event: contracts.DocumentsDeclared) -> None:
    """Store what the exam now declares, unless something newer is known."""
    declared_at = datetime.fromisoformat(event.declared_at)
    known = transaction.get(ExamDocuments, event.exam, with_for_update=True)
    if known is None or known.declared_at < declared_at:
        declared = ExamDocuments(
            exam=event.exam,
            exam_label=event.exam_label,
            declared_at=declared_at,
            labels={document.code: document.label for document in event.documents},
        )
        transaction.merge(declared)
