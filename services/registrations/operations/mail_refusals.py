"""Records which addresses the mail server refuses for good, for staff to see."""

from __future__ import annotations

from sqlalchemy import delete

from services.mail import refusals
from services.registrations.models import Candidate, MailRefusal, db


def record_refusal(candidate_id: str, address: str, code: int) -> None:
    """Record that a mail to this address was refused; refusals of earlier addresses are deleted."""
    with db.operation() as session:
        session.get_one(Candidate, candidate_id, with_for_update=True)
        earlier = (MailRefusal.candidate_id == candidate_id) & (MailRefusal.address != address)
        session.execute(delete(MailRefusal).where(earlier))
        refusals.record(session, MailRefusal, _key(candidate_id, address), code)


def forget_refusal(candidate_id: str, address: str) -> None:
    """Delete the refusal: the server accepted a mail to this address."""
    refusals.forget(db, MailRefusal, _key(candidate_id, address))


def _key(candidate_id: str, address: str) -> refusals.Key:
    return {"candidate_id": candidate_id, "address": address}
