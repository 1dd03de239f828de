"""A new address takes effect when its owner confirms by the mailed link; the old one is told."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.derivation import hashed
from services.accounts.domain import links as link_rules
from services.accounts.domain.emails import key_of
from services.accounts.domain.links import Purpose, State
from services.accounts.models import Account, EmailChange, MailLink, StaffMember, db
from services.accounts.operations import identity_changes, limits, links
from services.chassis.clock import portal_now
from services.chassis.errors import Conflict
from services.chassis.events import follow_up, publish
from services.contracts.accounts import EmailChanged


def confirm_email(token: str) -> str:
    """The new address is the account's from now on; returns it.

    Raises Gone for a link not usable, Conflict where the address was taken meanwhile, Unavailable while a change of
    civil status is pending: its version must not be overtaken.
    """
    _finish_pending(token)
    try:
        with db.operation() as session:
            link = links.use(session, Purpose.EMAIL_CHANGE, token)
            account = session.get(Account, link.account_id, with_for_update=True)
            asked = session.get(EmailChange, link.email_change_id)
            if account is None or asked is None:
                raise link_rules.refusal(Purpose.EMAIL_CHANGE, State.EXPIRED)
            _refuse_taken(session, asked.address)
            _take_effect(session, account, asked)
            return asked.address
    except IntegrityError as error:  # taken at this very moment
        raise _taken() from error


def _take_effect(session: Session, account: Account, asked: EmailChange) -> None:
    limits.forget_failures(session, account.email_key)
    asked.previous_address, asked.confirmed_at = account.email, portal_now()
    account.email, account.email_key = asked.address, key_of(asked.address)
    account.version += 1
    session.flush()
    links.close(session, account.id, purpose=Purpose.EMAIL_CHANGE)
    links.close(session, account.id, purpose=Purpose.RESET)
    publish(session, EmailChanged(account.id, account.version, account.email), subject=account.id)
    follow_up(session, "send_email_changed", {"email_change_id": asked.id}, subject=account.id)


def _finish_pending(token: str) -> None:
    owner = _owner(token)
    if owner is None:
        return
    with suppress(Conflict):  # a candidature exists: the pending change is dropped, the address may still change
        identity_changes.finish(owner)


def _owner(token: str) -> str | None:
    with db.reading() as session:
        link = session.get(MailLink, hashed(token))
        return link.account_id if link is not None and link.purpose == Purpose.EMAIL_CHANGE else None


def _refuse_taken(session: Session, address: str) -> None:
    """Whoever holds the address now keeps it, even an account that waits for its first activation."""
    email_key = key_of(address)
    accounts = select(Account.id).where(Account.email_key == email_key)
    staff = select(StaffMember.id).where(StaffMember.email_key == email_key)
    if session.scalars(accounts.union_all(staff)).first() is not None:
        raise _taken()


def _taken() -> Conflict:
    return Conflict("Cette adresse mail est déjà celle d'un autre compte.", type="adresse-prise")
