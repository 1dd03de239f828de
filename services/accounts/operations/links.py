"""Mailed links kept by their hash: issued by follow-ups, checked and used by pages. Portal time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.accounts.derivation import hashed
from services.accounts.domain import links
from services.accounts.domain.links import Link, Purpose, State
from services.accounts.models import Account, EmailChange, MailLink
from services.accounts.parts import parts
from services.chassis.clock import portal_now


def issue(
    session: Session,
    purpose: Purpose,
    event_id: str,
    *,
    account_id: str,
    expires_at: datetime,
    email_change_id: str | None = None,
) -> str:
    """The token to mail for this event; the same event gives the same token and keeps one row."""
    token = parts().derivation.link_token(purpose, event_id)
    if session.get(MailLink, hashed(token)) is None:
        session.add(
            MailLink(
                token_hash=hashed(token),
                purpose=purpose.value,
                account_id=account_id,
                email_change_id=email_change_id,
                expires_at=expires_at,
            )
        )
    return token


def state(session: Session, purpose: Purpose, token: str) -> State:
    """In which state a link is; opening it changes nothing."""
    return _state_of(session, _of_purpose(session.get(MailLink, hashed(token)), purpose))


def use(session: Session, purpose: Purpose, token: str) -> tuple[MailLink, Account]:
    """The link, marked used, and its account, both locked within the caller's transaction.

    The account is locked first, as by whoever closes its links: else each could wait for the other. Raises Gone naming
    what is wrong with the link.
    """
    seen = _of_purpose(session.get(MailLink, hashed(token)), purpose)
    account_id = seen.account_id if seen is not None else None
    account = session.get(Account, account_id, with_for_update=True) if account_id else None
    locked = session.get(MailLink, hashed(token), with_for_update=True, populate_existing=True)
    link = _of_purpose(locked, purpose)
    current = _state_of(session, link)
    if link is None or account is None or current is not State.USABLE:
        raise links.refusal(purpose, State.EXPIRED if current is State.USABLE else current)
    link.used_at = portal_now()
    return link, account


def close(session: Session, account_id: str, *purposes: Purpose) -> None:
    """The account's open links die: replaced, or their account is gone. Without `purposes` all of them."""
    which = [MailLink.account_id == account_id, MailLink.used_at.is_(None), MailLink.closed_at.is_(None)]
    if purposes:
        which.append(MailLink.purpose.in_(purposes))
    session.execute(update(MailLink).where(*which).values(closed_at=portal_now()))


def detach(session: Session, account_id: str) -> None:
    """Forget whose links they were, so that nothing is left of an erased account but « expired »."""
    session.execute(
        update(MailLink).where(MailLink.account_id == account_id).values(account_id=None, email_change_id=None)
    )


def _of_purpose(row: MailLink | None, purpose: Purpose) -> MailLink | None:
    return row if row is not None and row.purpose == purpose else None


def _state_of(session: Session, row: MailLink | None) -> State:
    if row is None:
        return State.UNKNOWN
    used = row.used_at is not None or (row.purpose == Purpose.ACTIVATION and _is_activated(session, row.account_id))
    closed = row.closed_at is not None or (row.email_change_id is not None and _has_ended(session, row.email_change_id))
    return links.state_of(Link(row.expires_at, used, closed), portal_now())


def _has_ended(session: Session, email_change_id: str) -> bool:
    """A mail that was under way when its request ended brings a link that nobody could close."""
    asked = session.get(EmailChange, email_change_id)
    return asked is None or asked.confirmed_at is not None


def _is_activated(session: Session, account_id: str | None) -> bool:
    account = session.get(Account, account_id) if account_id else None
    return account is not None and account.activated_at is not None
