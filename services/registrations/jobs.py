"""What a clock starts in registrations; a lease lets one of several workers do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.clock import portal_now
from services.chassis.database.deletion import forget
from services.chassis.events import purge
from services.chassis.jobs.registry import Jobs
from services.mail import sent_mails
from services.registrations.models import (
    CandidatureVersion,
    CatalogueRevision,
    CurrentExam,
    Draft,
    Message,
    OpeningRow,
    db,
)
from services.registrations.operations.audit import Actor
from services.registrations.operations.catalogue import move_on_demonstration

SAVED_DRAFT_DAYS = 30  # how long a repeated « Enregistrer » still answers as the first did
MESSAGE_DAYS = 365

jobs = Jobs()


@jobs.every(hours=1, name="move-on-demonstration")
def move_on() -> None:
    """Demonstration sessions stay open whatever the day."""
    move_on_demonstration(portal_now(), actor=Actor("service", "registrations"))


@jobs.every(hours=6, name="closing")
def closing() -> None:
    """Erase what nobody needs any more: drafts never transmitted of closed sessions, old saved drafts, messages and
    mails, catalogue revisions by which nothing was judged."""
    now = portal_now()
    _erase_drafts(now)
    with db.operation() as session:
        session.execute(delete(Message).where(Message.shown_until < now - timedelta(days=MESSAGE_DAYS)))
        _erase_revisions(session)
    sent_mails.purge(db, now)


@jobs.every(hours=24, name="purge-events")
def purge_events() -> None:
    """Forget events settled 30 days ago."""
    purge(db)


def _erase_drafts(now: datetime) -> None:
    closed = select(OpeningRow.id).where(OpeningRow.session_closes <= now)
    forget(db, Draft.id, where=Draft.closed_at.is_(None) & Draft.opening_id.in_(closed))
    forget(db, Draft.id, where=Draft.closed_at < now - timedelta(days=SAVED_DRAFT_DAYS))


def _erase_revisions(session: DbSession) -> None:
    used = [*_digests_judged_by(session), *session.scalars(select(CurrentExam.digest))]
    session.execute(delete(CatalogueRevision).where(CatalogueRevision.digest.not_in(used)))


def _digests_judged_by(session: DbSession) -> Iterator[str]:
    """From one to the next by the index: a few among all versions."""
    digest = CandidatureVersion.catalogue_digest
    after = ""
    while found := session.scalar(select(func.min(digest)).where(digest > after)):
        yield found
        after = found
