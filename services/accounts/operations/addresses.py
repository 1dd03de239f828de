"""Whose an address is: one activated account's or staff member's at most. Creations that wait own nothing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.models import Account, StaffMember

Person = Account | StaffMember


def account_at(session: Session, email_key: str, *, lock: bool = False) -> Account | None:
    """The activated account of this address."""
    query = select(Account).where(Account.email_key == email_key, Account.activated_at.is_not(None))
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def owner_of(session: Session, email_key: str, *, lock: bool = False) -> Person | None:
    """Who logs in with this address."""
    staff = select(StaffMember).where(StaffMember.email_key == email_key)
    account = account_at(session, email_key, lock=lock)
    return account or session.scalars(staff.with_for_update() if lock else staff).one_or_none()
