"""Erases accounts that nobody has used for as long as `catalogue/retention.yaml` says, once no
candidature is left and their owner was told by mail."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select

from services.accounts.dependencies import dependencies
from services.accounts.models import Account, db
from services.accounts.operations.identity_changes import delete_account
from services.chassis.errors import Conflict, Unavailable
from services.chassis.process.stopping import stopping
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now
from services.contracts.api.registrations import MOST_CANDIDATES
from services.contracts.retention import ACCOUNTS, CANDIDATURES, Kind, RetentionError, retention

log = structlog.get_logger()


def erase_unused() -> None:
    """Erase the accounts that nobody has used for too long. Registrations is asked about each, and
    decides. Where the duration cannot be read nothing is erased; where registrations does not
    answer the rest waits for the next run."""
    now = portal_now()
    try:
        kept = retention().kind(ACCOUNTS)
        engaged_before = retention().kind(CANDIDATURES).erased_if_begun_by(now)
    except RetentionError as error:
        log.error("retention_unreadable", reason=str(error))
        return
    after = ""
    erased = 0
    try:
        while not stopping() and (page := _page(after)):
            asked = [
                use.account_id
                for use in page
                if _is_unused(use.last_used_at, kept, now)
                or (use.engaged_at is not None and use.engaged_at <= engaged_before)
            ]
            engaged = dependencies().registrations.engaged_among(asked) if asked else ()
            erased += sum(
                _erase(account_id, kept, now) for account_id in asked if account_id not in engaged
            )
            after = page[-1].account_id
    except Unavailable as error:
        log.warning("unused_accounts_not_erased", reason=error.slug)
    if erased:
        log.info("unused_accounts_erased", count=erased)
    db.forget_what_was_erased()


@dataclass(frozen=True)
class _Use:
    """The use of an account: when it was last used, and when it had its first candidature."""

    account_id: str
    last_used_at: datetime
    engaged_at: datetime | None


def _page(after: str) -> list[_Use]:
    """Return the accounts that follow this id, in the order of their ids."""
    used_at = func.coalesce(Account.last_login_at, Account.activated_at)
    wanted = select(Account.id, used_at, Account.engaged_at).where(
        Account.activated_at.is_not(None)
    )
    with db.reading() as transaction:
        rows = transaction.execute(
            wanted.where(Account.id > after).order_by(Account.id).limit(MOST_CANDIDATES)
        )
        return [_Use(account_id, used_at, engaged_at) for account_id, used_at, engaged_at in rows]


def _is_unused(used_at: datetime, kept: Kind, now: datetime) -> bool:
    """Tell whether it was last used so long ago that its owner is told that it will be erased."""
    return used_at <= kept.erased_if_begun_by(kept.notice.after(now))


def _erase(account_id: str, kept: Kind, now: datetime) -> bool:
    """Erase the account if its time has come, and tell whether it is erased. Raises
    Unavailable."""
    with suppress(Conflict):  # a candidature was saved meanwhile
        if _freed(account_id, kept, now):
            delete_account(account_id)
            return True
    return False


def _freed(account_id: str, kept: Kind, now: datetime) -> bool:
    """Let the owner change and delete the account again, since registrations has no candidature of
    theirs any more. Tell whether it is to be erased now: its owner was told long enough ago, and
    has not come back since the page was read."""
    with db.operation() as transaction:
        account = transaction.get(Account, account_id, with_for_update=True)
        used_at = account and (account.last_login_at or account.activated_at)
        if account is None or used_at is None:
            return False
        account.engaged_at = None
        if not _is_unused(used_at, kept, now):
            return False
        if account.warned_at is None or account.warned_at <= used_at:
            account.warned_at = now
            follow_up(transaction, "send_unused_account", {}, subject=account_id)
            return False
        return used_at <= kept.erased_if_begun_by(now) and account.warned_at <= kept.notice.before(
            now
        )
