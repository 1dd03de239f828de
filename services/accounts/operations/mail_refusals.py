"""Addresses whose mails the mail server refuses for good, so that staff see them."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from services.accounts.models import Account, MailRefusal, db
from services.chassis.clock import portal_now

log = structlog.get_logger()


def record_refusal(person_id: str, address: str, code: int) -> None:
    """Record that a mail to this address was refused; for staff, and an account erased meanwhile, only in the log."""
    log.warning("mail_refused", code=code)
    with db.operation() as session:
        if session.get(Account, person_id, with_for_update=True) is None:
            return
        row = session.get(MailRefusal, (person_id, address))
        if row is None:
            row = MailRefusal(account_id=person_id, address=address, refused_at=portal_now())
            session.add(row)
        row.code = code


def forget_refusal(person_id: str, address: str) -> None:
    """Delete the refusal: the server accepted a mail to this address."""
    with db.reading() as session:
        if session.get(MailRefusal, (person_id, address)) is None:
            return
    with db.operation() as session:
        session.execute(delete(MailRefusal).filter_by(account_id=person_id, address=address))


def purge(session: Session, before: datetime) -> None:
    """Delete refusals older than `before` at addresses that are no longer their account's."""
    in_force = exists().where(Account.id == MailRefusal.account_id, Account.email == MailRefusal.address)
    session.execute(delete(MailRefusal).where(MailRefusal.refused_at < before, ~in_force))
