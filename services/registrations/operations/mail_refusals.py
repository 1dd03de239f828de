"""What staff see of a candidate's mails that the mail server will never take."""

from __future__ import annotations

import structlog
from sqlalchemy import delete

from services.chassis.clock import portal_now
from services.registrations.models import Candidate, MailRefusal, db

log = structlog.get_logger()


def record_refusal(candidate_id: str, address: str, code: int) -> None:
    """A mail to this address was refused. What was refused at an earlier address counts no more."""
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
    """The server took a mail to this address."""
    with db.reading() as session:
        if session.get(MailRefusal, (candidate_id, address)) is None:
            return
    with db.operation() as session:
        session.execute(delete(MailRefusal).filter_by(candidate_id=candidate_id, address=address))
