"""Mailed links, stored by their token's hash: issued by follow-ups, used by pages, closed with what
they are for. Portal time."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain import mail_link_rules
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import MailLink
from services.accounts.queries.mail_link_states import (
    Owner,
    link_by_token,
    owner_by_token,
    state_of,
)
from services.accounts.stored_secrets import hash_secret
from services.clock import portal_now
from services.contracts.account_rules import State


def issue(
    transaction: Session,
    purpose: Purpose,
    event_id: str,
    *,
    account_id: str,
    expires_at: datetime,
    email_change_id: str | None = None,
) -> str | None:
    """Return the token to mail for this event; `account_id` may be a member of staff's. The same
    event gives the same token and has one row, even if the key was rotated between two attempts.
    None if the link was closed since the first attempt: the mail would be too late."""
    tokens = dependencies().derived_keys.link_tokens(purpose, event_id)
    for token in tokens:
        if (row := transaction.get(MailLink, hash_secret(token))) is not None:
            return token if row.closed_at is None else None
    if purpose in (
        Purpose.ACTIVATION,
        Purpose.STAFF_INVITATION,
    ):  # only the link of the last mail counts
        close(transaction, account_id, purpose)
    transaction.add(
        MailLink(
            token_hash=hash_secret(tokens[0]),
            purpose=purpose.value,
            account_id=account_id,
            email_change_id=email_change_id,
            expires_at=expires_at,
        )
    )
    return tokens[0]


def use(
    transaction: Session, model: type[Owner], purpose: Purpose, token: str
) -> tuple[MailLink, Owner]:
    """Mark the link used, and return it and whose it is, both locked: the owner first, as in
    transactions that close its links, to avoid a deadlock. Raises Gone with the reason."""
    owner = owner_by_token(transaction, model, purpose, token, lock=True)
    link = link_by_token(transaction, purpose, token, lock=True)
    current = state_of(transaction, link)
    if link is None or owner is None or current is not State.USABLE:
        raise mail_link_rules.unusable_link_error(
            purpose, State.ENDED if current is State.USABLE else current
        )
    link.used_at = portal_now()
    return link, owner


def close(transaction: Session, account_id: str, *purposes: Purpose) -> None:
    """Close the account's open links, which are replaced, or whose request has ended. Without
    `purposes` all."""
    which = [
        MailLink.account_id == account_id,
        MailLink.used_at.is_(None),
        MailLink.closed_at.is_(None),
    ]
    if purposes:
        which.append(MailLink.purpose.in_(purposes))
    transaction.execute(update(MailLink).where(*which).values(closed_at=portal_now()))


def detach(transaction: Session, account_id: str) -> None:
    """Remove the account from its links: of an erased account only the state of each link
    remains."""
    links = update(MailLink).where(MailLink.account_id == account_id)
    transaction.execute(links.values(account_id=None, email_change_id=None))
