"""Records which addresses the mail server refuses for good, for staff to see."""

from __future__ import annotations

import structlog
from sqlalchemy import delete

from services.chassis.clock import portal_now
from services.registrations.models import Candidate, MailRefusal, db

log = structlog.get_logger()


def record_refusal(candidate_id: str, address: str, code: int) -> None:
    """Record that a mail to this address was refused; refusals of earlier addresses are deleted."""
    log.warning("mail_refused", code=code)
    with db.operation() as session:
        session.get_one(Candidate, candidate_id, with_for_update=True)
        earlier = (MailRefusal.candidate_id == candidate_id) & (MailRefusal.address != address)
        session.execute(delete(MailRefusal).where(earlier))
        row = session.get(MailRefusal, (candidate_id, address))
        if row is None:
            row = MailRefusal(candidate_id=candidate_id, address=address, refused_at=portal_now())
            session.add(row)
        row.code = code


def delete_refusal(candidate_id: str, address: str) -> None:
    """Delete the refusal of this address: the server has accepted a mail."""
    with db.reading() as session:
        if session.get(MailRefusal, (candidate_id, address)) is None:
            return
    with db.operation() as session:
        session.execute(delete(MailRefusal).filter_by(candidate_id=candidate_id, address=address))
