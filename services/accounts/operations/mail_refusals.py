"""Addresses whose mails the mail server refuses for good, so that staff see them."""

from datetime import datetime

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from services.accounts.models import Account, MailRefusal, db
from services.mail import sent_mails


def record_refusal(person_id: str, address: str, code: int) -> None:
    """Record that a mail to this address was refused; nothing for staff, and for an account erased meanwhile."""
    with db.operation() as session:
        if session.get(Account, person_id, with_for_update=True) is not None:
            sent_mails.record_refusal(session, MailRefusal, _key(person_id, address), code)


def forget_refusal(person_id: str, address: str) -> None:
    """Delete the refusal: the server accepted a mail to this address."""
    sent_mails.forget_refusal(db, MailRefusal, _key(person_id, address))


def purge(session: Session, before: datetime) -> None:
    """Delete refusals older than `before` at addresses that are no longer their account's."""
    in_force = exists().where(Account.id == MailRefusal.account_id, Account.email == MailRefusal.address)
    session.execute(delete(MailRefusal).where(MailRefusal.refused_at < before, ~in_force))


def _key(person_id: str, address: str) -> dict[str, str]:
    return {"account_id": person_id, "address": address}
