"""What staff see of a candidate's mails that the mail server will never take."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from services.accounts.models import Account, MailRefusal, db
from services.chassis.clock import portal_now

log = structlog.get_logger()


def note(person_id: str, address: str, code: int) -> None:
    """A mail to this address was refused. Of staff, and of an account gone meanwhile, only the log tells."""
    log.warning("mail_refused", code=code)
    with db.operation() as session:
        if session.get(Account, person_id, with_for_update=True) is None:
            return
        row = session.get(MailRefusal, (person_id, address))
        if row is None:
            row = MailRefusal(account_id=person_id, address=address, refused_at=portal_now())
            session.add(row)
        row.code = code


def forget(person_id: str, address: str) -> None:
    """The server took a mail to this address."""
    with db.reading() as session:
        if session.get(MailRefusal, (person_id, address)) is None:
            return
    with db.operation() as session:
        session.execute(delete(MailRefusal).filter_by(account_id=person_id, address=address))


def purge(session: Session, before: datetime) -> None:
    """Forget what was refused before then at addresses that are no longer their account's."""
    in_force = exists().where(Account.id == MailRefusal.account_id, Account.email == MailRefusal.address)
    session.execute(delete(MailRefusal).where(MailRefusal.refused_at < before, ~in_force))
