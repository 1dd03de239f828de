"""Publishes everything about candidatures again, for a service that has lost its copy for good:
`publish-again` repeats the stored events of RETENTION alone. A service that has a version already
ignores it."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.events import publish
from services.clock import iso_utc, portal_now
from services.contracts.registration_rules import ACTIVE
from services.contracts.registrations import DatesMoved, Edition, from_stored
from services.contracts.retention import DOCUMENTS, PIECES
from services.registrations.models import (
    Candidature,
    CandidatureVersion,
    CurrentExam,
    OpeningRow,
    RetentionStep,
    VersionEdition,
    db,
)
from services.registrations.operations.candidatures import publish_end
from services.registrations.operations.catalogue import publish_documents
from services.registrations.operations.openings import dates_in_force, publish_window
from services.registrations.queries.catalogue import exam_in_force

_PAGE = 200


def publish_everything() -> int:
    """Publish each version of each candidature, the ends, and the changed deposit periods; returns
    the number of candidatures. Works in pages of `_PAGE`, so that locks are short."""
    after: str | None = ""
    count = 0
    in_order = select(Candidature).order_by(Candidature.id).limit(_PAGE)
    while after is not None:
        with db.operation() as transaction:
            page = transaction.scalars(in_order.where(Candidature.id > after)).all()
            for candidature in page:
                _publish_candidature(transaction, candidature)
            count = count + len(page)
            after = page[-1].id if page else None
    with db.operation() as transaction:
        transaction.execute(
            delete(RetentionStep).where(RetentionStep.kind.in_((PIECES, DOCUMENTS)))
        )  # to be erased anew
        for row in transaction.scalars(select(OpeningRow).where(OpeningRow.revision > 0)):
            publish_window(transaction, row, dates_in_force(transaction, row))
        for code in transaction.scalars(select(CurrentExam.code)).all():
            if (exam := exam_in_force(transaction, code)).further_documents:
                publish_documents(transaction, exam, portal_now())
    return count


def _publish_candidature(transaction: DbSession, candidature: Candidature) -> None:
    versions = select(CandidatureVersion.payload).filter_by(candidature_id=candidature.id)
    for payload in transaction.scalars(versions.order_by(CandidatureVersion.version)):
        publish(transaction, from_stored(payload), subject=candidature.candidate_id)
    editions = select(VersionEdition).filter_by(candidature_id=candidature.id)
    for row in transaction.scalars(
        editions.order_by(VersionEdition.version, VersionEdition.edition)
    ):
        edition = Edition(row.candidature_id, row.version, row.edition, row.validated_at)
        event = DatesMoved(iso_utc(row.edited_at), row.dates, (edition,))
        publish(transaction, event, subject=candidature.candidate_id)
    if candidature.state != ACTIVE:
        publish_end(transaction, candidature)
