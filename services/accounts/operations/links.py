"""Mailed links kept by their hash: issued by follow-ups, checked and used by pages. Portal time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.accounts.derivation import hashed
from services.accounts.domain import links
from services.accounts.domain.links import End, Link, Purpose, State
from services.accounts.models import Account, EmailChange, MailLink
from services.accounts.operations import addresses
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
) -> str | None:
    """The token to mail for this event; the same event gives the same token and keeps one row, also where the key was
    turned between two mails. None where the link has died since the first try: what mails it comes too late."""
    tokens = parts().derivation.link_tokens(purpose, event_id)
    for token in tokens:
        if (row := session.get(MailLink, hashed(token))) is not None:
            return token if row.closed_at is None else None
    if purpose is Purpose.ACTIVATION:  # the link of the last mail is the one that counts
        close(session, account_id, purpose)
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
    return _state_of(session, _of_purpose(session.get(MailLink, hashed(token)), purpose))


def use(session: Session, purpose: Purpose, token: str) -> tuple[MailLink, Account]:
    """The link, marked used, and its account, both locked within the caller's transaction.

    The account is locked first, as by whoever closes its links: else each could wait for the other. Raises Gone naming
    what is wrong with the link.
    """
    account = account_of(session, purpose, token, lock=True)
    locked = session.get(MailLink, hashed(token), with_for_update=True, populate_existing=True)
    link = _of_purpose(locked, purpose)
    current = _state_of(session, link)
    if link is None or account is None or current is not State.USABLE:
        raise links.refusal(purpose, State.ENDED if current is State.USABLE else current)
    link.used_at = portal_now()
    return link, account


def account_of(session: Session, purpose: Purpose, token: str, *, lock: bool = False) -> Account | None:
    """Whose link it is, in whatever state."""
    row = _of_purpose(session.get(MailLink, hashed(token)), purpose)
    if row is None or row.account_id is None:
        return None
    return session.get(Account, row.account_id, with_for_update=lock, populate_existing=lock)


def close(session: Session, account_id: str, *purposes: Purpose) -> None:
    """The account's open links die: replaced, or their account is gone. Without `purposes` all of them."""
    which = [MailLink.account_id == account_id, MailLink.used_at.is_(None), MailLink.closed_at.is_(None)]
    if purposes:
        which.append(MailLink.purpose.in_(purposes))
    session.execute(update(MailLink).where(*which).values(closed_at=portal_now()))


def detach(session: Session, account_id: str) -> None:
    """Forget whose links they were, so that nothing is left of an erased account but how each link ended."""
    session.execute(
        update(MailLink).where(MailLink.account_id == account_id).values(account_id=None, email_change_id=None)
    )


def _of_purpose(row: MailLink | None, purpose: Purpose) -> MailLink | None:
    return row if row is not None and row.purpose == purpose else None


def _state_of(session: Session, row: MailLink | None) -> State:
    if row is None:
        return State.UNKNOWN
    account = session.get(Account, row.account_id) if row.account_id else None
    created = row.purpose == Purpose.ACTIVATION and account is not None and account.activated_at is not None
    end = _end_of(session, row, account)
    return links.state_of(Link(row.expires_at, row.used_at is not None or created, end), portal_now())


def _end_of(session: Session, row: MailLink, account: Account | None) -> End | None:
    """How the link died before its time: what it is for may have ended while its mail was under way, so that nobody
    could close it."""
    if account is None:
        return End.OVER
    if row.email_change_id is not None:
        return _end_of_change(session, row, account)
    if row.purpose == Purpose.ACTIVATION and addresses.owner_of(session, account.email_key) is not None:
        return End.OVER
    if row.closed_at is None:
        return None
    return End.REPLACED if row.purpose == Purpose.ACTIVATION else End.OVER


def _end_of_change(session: Session, row: MailLink, account: Account) -> End | None:
    asked = session.get(EmailChange, row.email_change_id)
    if asked is not None:
        return End.OVER if asked.confirmed_at is not None or row.closed_at is not None else None
    newer = select(EmailChange.id).where(EmailChange.account_id == account.id, EmailChange.confirmed_at.is_(None))
    return End.REPLACED if session.scalars(newer).first() is not None else End.OVER
