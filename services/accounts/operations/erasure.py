"""Everything that accounts holds about someone, erased: after 48 hours without activation, or on request."""

from __future__ import annotations

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.accounts.domain.links import ACTIVATION_LIFE
from services.accounts.models import Account, KnownBrowser, LoginSession, db
from services.accounts.operations import limits, links
from services.chassis.clock import portal_now
from services.chassis.events import erase_subject
from services.mail import sent_mails

log = structlog.get_logger()
BATCH = 200


def erase(session: Session, account: Account) -> None:
    """Erase the account, its sessions, browsers, failures, mails and its rows in outbox, inbox and parking."""
    links.close(session, account.id)
    links.detach(session, account.id)
    session.execute(delete(LoginSession).where(LoginSession.subject_id == account.id))
    session.execute(delete(KnownBrowser).where(KnownBrowser.subject_id == account.id))
    if account.activated_at is not None:  # who only waits for an address does not lift what slows its owner's log-in
        limits.forget_failures(session, account.email_key)
    sent_mails.erase_mails_of(session, account.id)
    erase_subject(session, account.id)
    session.delete(account)
    session.flush()


def erase_not_activated() -> int:
    """Erase the accounts that nobody activated within 48 hours; their addresses are free again. Returns how many."""
    erased = 0
    while (count := _erase_some()) > 0:
        erased += count
    if erased:
        log.info("accounts_not_activated_erased", count=erased)
    return erased


def _erase_some() -> int:
    late = (
        select(Account)
        .where(Account.activated_at.is_(None), Account.created_at <= portal_now() - ACTIVATION_LIFE)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    with db.operation() as session:
        accounts = session.scalars(late).all()
        for account in accounts:
            erase(session, account)
        return len(accounts)
