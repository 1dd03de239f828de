"""Creating an account. A known address gets the same answer as a new one, after the same work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts import identity
from services.accounts.domain import throttling
from services.accounts.domain.account import NewAccount, read_new
from services.accounts.domain.emails import key_of
from services.accounts.models import Account, StaffMember, db
from services.accounts.operations import limits
from services.accounts.operations.erasure import erase
from services.accounts.operations.races import until_alone
from services.accounts.parts import parts
from services.chassis.clock import portal_now, to_paris
from services.chassis.database import new_id
from services.chassis.events import follow_up


def create_account(values: Mapping[str, Any]) -> str:
    """Take in « Formulaire de création »; returns the address as typed, to which a mail goes in any case.

    Raises Invalid with every mistake, TooMany where too many mails were asked for at this address.
    """
    new = read_new(values, today=to_paris(portal_now()).date(), profile=parts().profile)
    password_hash = parts().passwords.hash(new.password)
    until_alone(lambda: _store(new, password_hash))
    return new.email


def _store(new: NewAccount, password_hash: str) -> None:
    with db.operation() as session:
        _store_or_tell(session, new, password_hash)


def _store_or_tell(session: Session, new: NewAccount, password_hash: str) -> None:
    email_key = key_of(new.email)
    if wait := limits.seconds_over_quota(session, "creation", email_key, throttling.CREATIONS):
        raise limits.too_many_mails(wait)
    first = session.scalars(select(Account).where(Account.email_key == email_key).with_for_update()).one_or_none()
    if owner_id := _owner(session, email_key, first):
        follow_up(session, "send_address_known", {"owner_id": owner_id}, subject=owner_id)
        return
    if first is not None:
        erase(session, first)
    account = Account(
        id=new_id(),
        email=new.email,
        email_key=email_key,
        password_hash=password_hash,
        created_at=portal_now(),
        version=1,
        **identity.columns_of(new.civil_status),
    )
    session.add(account)
    follow_up(session, "send_activation_mail", {"account_id": account.id}, subject=account.id)


def _owner(session: Session, email_key: str, first: Account | None) -> str | None:
    """Whose the address is already; an account that was never activated gives way to the new attempt."""
    if first is not None and first.activated_at is not None:
        return first.id
    return session.scalars(select(StaffMember.id).where(StaffMember.email_key == email_key)).one_or_none()
