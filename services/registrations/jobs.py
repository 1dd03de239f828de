"""The periodic jobs of registrations; a lease lets only one of several workers run each."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.database.deletion import delete_in_pages
from services.clock import portal_now
from services.contracts.retention import retention
from services.mail import sent_mails
from services.registrations.follow_ups import registry
from services.registrations.models import (
    CandidatureVersion,
    CatalogueRevision,
    CurrentExam,
    Draft,
    Message,
    OpeningRow,
    db,
)
from services.registrations.operations.catalogue import move_demonstration_dates
from services.registrations.operations.incidents import tell_of_extensions
from services.registrations.operations.moved_dates import follow_moved_dates
from services.registrations.operations.reminders import remind_candidates
from services.registrations.operations.retention import erase_due

SAVED_DRAFT_DAYS = 30  # how long a repeated « Enregistrer » gets the first answer
MESSAGE_DAYS = 365

__all__ = ["registry"]  # with the jobs below on it
registry.every(minutes=1, name="remind-candidates")(remind_candidates)
registry.every(seconds=10, name="follow-moved-dates")(follow_moved_dates)
registry.every(seconds=10, name="tell-of-extensions")(tell_of_extensions)
registry.every(hours=6, name="erase-due")(erase_due)
registry.every(hours=1, name="move-on-demonstration")(
    lambda: move_demonstration_dates(portal_now(), actor=Actor("service", "registrations"))
)


@registry.every(hours=6, name="closing")
def delete_obsolete_rows() -> None:
    """Delete untransmitted drafts of closed sessions, old saved drafts, old messages and mails, and
    catalogue revisions that no version uses."""
    now = portal_now()
    kept_from = retention().kind("brouillons").erased_if_begun_by(now)
    closed = select(OpeningRow.id).where(OpeningRow.session_closes <= kept_from)
    delete_in_pages(db, Draft.id, where=Draft.closed_at.is_(None) & Draft.opening_id.in_(closed))
    delete_in_pages(db, Draft.id, where=Draft.closed_at < now - timedelta(days=SAVED_DRAFT_DAYS))
    with db.operation() as transaction:
        transaction.execute(
            delete(Message).where(Message.shown_until < now - timedelta(days=MESSAGE_DAYS))
        )
        used = [
            *_digests_of_versions(transaction),
            *transaction.scalars(select(CurrentExam.digest)),
        ]
        transaction.execute(delete(CatalogueRevision).where(CatalogueRevision.digest.not_in(used)))
    sent_mails.purge(db, retention().kind("mails").erased_if_begun_by(now))


def _digests_of_versions(transaction: DbSession) -> Iterator[str]:
    """Distinct values by one index look-up each: there are few of them among many versions."""
    digest = CandidatureVersion.catalogue_digest
    after = ""
    while after := transaction.scalar(select(func.min(digest)).where(digest > after)) or "":
        yield after
