"""Who has a mail address: one activated account or staff member at most, and any number of pending creations.

`email_key` is the form under which an address is unique (domain/emails.py). `lock` keeps the rows locked until the
caller's transaction ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.models import Account, StaffMember

Person = Account | StaffMember


def account_at(session: Session, email_key: str, *, lock: bool = False) -> Account | None:
    """The activated account of this address."""
    query = select(Account).where(Account.email_key == email_key, Account.activated_at.is_not(None))
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def owner_of(session: Session, email_key: str, *, lock: bool = False) -> Person | None:
    """The candidate with an activated account, or the staff member, who logs in with this address."""
    staff = select(StaffMember).where(StaffMember.email_key == email_key)
    account = account_at(session, email_key, lock=lock)
    return account or session.scalars(staff.with_for_update() if lock else staff).one_or_none()


def pending_creations_at(session: Session, email_key: str, *, lock: bool = False) -> Sequence[Account]:
    """The creations that wait for their activation at this address, newest first.

    When locked they come in the order of their ids, so that two transactions never wait for each other.
    """
    query = select(Account).where(Account.email_key == email_key, Account.activated_at.is_(None))
    if lock:
        return session.scalars(query.order_by(Account.id).with_for_update()).all()
    return session.scalars(query.order_by(Account.created_at.desc(), Account.id)).all()
