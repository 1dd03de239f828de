"""Scheduled jobs: erase data whose retention ends, finish pending changes."""

from datetime import timedelta

from sqlalchemy import delete, exists

from services.accounts.follow_ups import registry as registry
from services.accounts.models import Account, EmailChange, MailLink, MailRefusal, db
from services.accounts.operations import (
    identity_changes,
    personal_copies,
    rate_limits,
    session_counts,
    sessions,
)
from services.accounts.operations.erasure import erase_not_activated
from services.accounts.operations.retention import erase_unused
from services.chassis.database.deletion import delete_in_pages
from services.clock import portal_now, system_now
from services.contracts.retention import retention
from services.mail import sent_mails

LINKS_KEPT_FOR = timedelta(days=30)
"""How long the page of an expired link still says that it has expired."""

registry.every(minutes=5, name="erase-not-activated")(erase_not_activated)
registry.every(hours=24, name="erase-unused")(erase_unused)
registry.every(minutes=1, name="finish-identity-changes")(
    identity_changes.finish_all_pending_changes
)
registry.every(minutes=1, name="count-sessions")(session_counts.record_session_counts)
registry.every(hours=1, name="delete-copies")(personal_copies.delete_expired)


@registry.every(hours=1, name="purge")
def purge() -> None:
    """Delete sessions, failures and quotas that no longer count, links and addresses
    `LINKS_KEPT_FOR` after their end, refusals of addresses given up as late, mails after their
    time."""
    ended = portal_now() - LINKS_KEPT_FOR
    with db.operation() as transaction:
        sessions.purge(transaction, system_now())
        rate_limits.purge(transaction, system_now())
        in_force = exists().where(
            Account.id == MailRefusal.account_id, Account.email == MailRefusal.address
        )
        transaction.execute(delete(MailRefusal).where(MailRefusal.refused_at < ended, ~in_force))
        transaction.execute(delete(EmailChange).where(EmailChange.requested_at < ended))
    delete_in_pages(db, MailLink.token_hash, where=MailLink.expires_at < ended)
    sent_mails.purge(db, retention().kind("mails").erased_if_begun_by(portal_now()))
