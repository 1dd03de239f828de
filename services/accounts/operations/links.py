"""Mailed links kept by their hash: issued by follow-ups, checked and used by pages. Portal time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.accounts.derivation import hashed
from services.accounts.domain import links
from services.accounts.domain.links import Link, Purpose, State
from services.accounts.models import Account, MailLink
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
    """The token to mail for this event; the same event gives the same token and keeps one row, also where the key was
    turned between two mails."""
    tokens = parts().derivation.link_tokens(purpose, event_id)
    for token in tokens:
        if session.get(MailLink, hashed(token)) is not None:
            return token
    session.add(
        MailLink(
            token_hash=hashed(tokens[0]),
            purpose=purpose.value,
            account_id=account_id,
            email_change_id=email_change_id,
            expires_at=expires_at,
        )
    )
    return tokens[0]


def state(session: Session, purpose: Purpose, token: str) -> State:
    """In which state a link is; opening it changes nothing."""
    row = session.get(MailLink, hashed(token))
    return _state_of(session, row if row and row.purpose == purpose else None)


def use(session: Session, purpose: Purpose, token: str) -> MailLink:
    """The link, marked used within the caller's transaction. Raises Gone naming what is wrong with it."""
    row = session.get(MailLink, hashed(token), with_for_update=True)
    found = row if row and row.purpose == purpose else None
    current = _state_of(session, found)
    if found is None or current is not State.USABLE:
        raise links.refusal(purpose, current)
    found.used_at = portal_now()
    return found


def close(session: Session, account_id: str, *, purpose: Purpose | None = None) -> None:
    """The account's open links die: replaced, or their account is gone."""
    which = [MailLink.account_id == account_id, MailLink.used_at.is_(None), MailLink.closed_at.is_(None)]
    if purpose is not None:
        which.append(MailLink.purpose == purpose.value)
    session.execute(update(MailLink).where(*which).values(closed_at=portal_now()))


def detach(session: Session, account_id: str) -> None:
    """Forget whose links they were, so that nothing is left of an erased account but « expired »."""
    session.execute(
        update(MailLink).where(MailLink.account_id == account_id).values(account_id=None, email_change_id=None)
    )


def _state_of(session: Session, row: MailLink | None) -> State:
    if row is None:
        return State.UNKNOWN
    used = row.used_at is not None or (row.purpose == Purpose.ACTIVATION and _is_activated(session, row.account_id))
    return links.state_of(Link(row.expires_at, used, row.closed_at is not None), portal_now())


def _is_activated(session: Session, account_id: str | None) -> bool:
    account = session.get(Account, account_id) if account_id else None
    return account is not None and account.activated_at is not None
