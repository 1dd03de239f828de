"""Erasing everything that accounts stores about a person: when the time for activation is over, or
on request."""

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.accounts.models import (
    Account,
    AuditEntry,
    ErasureRequest,
    KnownBrowser,
    LoginSession,
    PersonalCopy,
    audit_chain,
    db,
)
from services.accounts.operations import mail_links, provider_identities, rate_limits
from services.chassis.database.audit import Actor
from services.chassis.tasks.retention import erase_subject
from services.clock import portal_now
from services.contracts.account_rules import ACTIVATION_LIFETIME
from services.mail import sent_mails

log = structlog.get_logger()
BATCH = 200
ERASER = Actor("service", "accounts")


def erase(transaction: Session, account: Account) -> None:
    """Erase the account, its sessions, browsers, failed log-ins, mails and its events and tasks."""
    mail_links.close(transaction, account.id)
    mail_links.detach(transaction, account.id)
    provider_identities.forget(transaction, account.id)
    transaction.execute(delete(LoginSession).where(LoginSession.subject_id == account.id))
    transaction.execute(delete(KnownBrowser).where(KnownBrowser.subject_id == account.id))
    if (
        account.activated_at is not None
    ):  # a creation never had the address: its owner's log-in stays throttled
        rate_limits.forget_failures(transaction, account.email_key)
        AuditEntry.record(transaction, ERASER, "account_erased", account.id)
    transaction.execute(
        update(ErasureRequest).where(ErasureRequest.account_id == account.id).values(answer=None)
    )
    sent_mails.erase_mails_of(transaction, account.id)
    copies = update(PersonalCopy).where(PersonalCopy.account_id == account.id)
    transaction.execute(
        copies.values(expires_at=portal_now())
    )  # a job deletes them with their archives
    erase_subject(transaction, account.id)
    audit_chain.erase(transaction, [account.id], ERASER)
    transaction.delete(account)
    transaction.flush()


def erase_not_activated() -> None:
    """Erase the creations that nobody activated within `ACTIVATION_LIFETIME`."""
    erased = 0
    while (count := _erase_batch()) > 0:
        erased += count
    if erased:
        log.info("accounts_not_activated_erased", count=erased)


def _erase_batch() -> int:
    expired = (
        select(Account)
        .where(
            Account.activated_at.is_(None), Account.created_at <= portal_now() - ACTIVATION_LIFETIME
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    with db.operation() as transaction:
        accounts = transaction.scalars(expired).all()
        for account in accounts:
            erase(transaction, account)
        return len(accounts)
