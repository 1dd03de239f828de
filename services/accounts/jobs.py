"""What a clock starts: erasing what must not be kept, finishing what was left pending."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from services.accounts.models import EmailChange, MailLink, db
from services.accounts.operations import identity_changes, limits, mail_refusals, sessions
from services.accounts.operations.erasure import erase_not_activated
from services.chassis import events
from services.chassis.clock import portal_now, system_now
from services.chassis.database.deletion import forget
from services.chassis.jobs.registry import Jobs
from services.mail import sent_mails

LINKS_KEPT = timedelta(days=30)
"""A dead link says for a month that it expired."""

jobs = Jobs()


@jobs.every(minutes=5, name="erase-not-activated")
def erase_accounts_not_activated() -> None:
    erase_not_activated()


@jobs.every(minutes=1, name="finish-identity-changes")
def finish_identity_changes() -> None:
    identity_changes.finish_all()


@jobs.every(hours=24, name="purge-events")
def purge_events() -> None:
    events.purge(db)


@jobs.every(hours=1, name="purge")
def purge() -> None:
    """Sessions, failures and quotas that no longer count; links and addresses a month after their end; mails after a
    year."""
    with db.operation() as session:
        sessions.purge(session, system_now())
        limits.purge(session, system_now())
        mail_refusals.purge(session, portal_now() - LINKS_KEPT)
        session.execute(delete(EmailChange).where(EmailChange.requested_at < portal_now() - LINKS_KEPT))
    forget(db, MailLink.token_hash, where=MailLink.expires_at < portal_now() - LINKS_KEPT)
    sent_mails.purge(db, portal_now())
