"""Erases accounts that nobody has used for as long as `catalogue/retention.yaml` says, once no candidature is left."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import func, or_, select

from services.accounts.dependencies import dependencies
from services.accounts.models import Account, db
from services.accounts.operations.identity_changes import delete_account
from services.chassis.clock import portal_now
from services.chassis.errors import Conflict, Unavailable
from services.chassis.tasks.registry import stopping
from services.contracts.retention import CANDIDATURES, RetentionError, retention

log = structlog.get_logger()
PAGE = 200


def erase_unused() -> None:
    """Registrations is asked of each, and decides. Where the duration cannot be read nothing is erased; where
    registrations does not answer the rest waits for the next run."""
    now = portal_now()
    try:
        before = retention().kind("comptes").erased_if_begun_by(now)
        engaged_before = retention().kind(CANDIDATURES).erased_if_begun_by(now)
    except RetentionError as error:
        log.error("retention_unreadable", reason=str(error))
        return
    after, erased = "", 0
    try:
        while not stopping() and (page := _page(before, engaged_before, after)):
            erased += sum(_erase_unless_engaged(account_id, before) for account_id in page)
            after = page[-1]
    except Unavailable as error:
        log.warning("unused_accounts_not_erased", reason=error.slug)
    if erased:
        log.info("unused_accounts_erased", count=erased)
    db.forget_what_was_erased()


def _page(before: datetime, engaged_before: datetime, after: str) -> Sequence[str]:
    """Accounts that are unused, or whose candidature may be erased by now."""
    is_unused = func.coalesce(Account.last_login_at, Account.activated_at) <= before
    wanted = select(Account.id).where(Account.activated_at.is_not(None), Account.id > after)
    wanted = wanted.where(or_(is_unused, Account.engaged_at <= engaged_before))
    with db.reading() as session:
        return session.scalars(wanted.order_by(Account.id).limit(PAGE)).all()


def _erase_unless_engaged(account_id: str, before: datetime) -> bool:
    """Whether it is erased. Raises Unavailable."""
    if dependencies().registrations.is_engaged(account_id) or not _freed(account_id, before):
        return False
    try:
        delete_account(account_id)
    except Conflict:  # a candidature was saved meanwhile
        return False
    return True


def _freed(account_id: str, before: datetime) -> bool:
    """Registrations has no candidature of theirs any more: they may change and delete their account again. Whether it
    is unused now: its owner may have come back since the page was read."""
    with db.operation() as session:
        account = session.get(Account, account_id, with_for_update=True)
        used_at = account and (account.last_login_at or account.activated_at)
        if account is not None:
            account.engaged_at = None
        return used_at is not None and used_at <= before
