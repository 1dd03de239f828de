"""Mails about pieces, of which pieces tells and whose candidates registrations knows: asked for once for each event."""

from __future__ import annotations

from sqlalchemy.orm import Session as DbSession

from services.chassis.events import follow_up
from services.contracts.pieces import PiecesRefused, PiecesReminded

SEND_REMINDER_MAIL = "send_reminder_mail"
SEND_REFUSAL_MAIL = "send_refusal_mail"


def request_reminder(session: DbSession, event: PiecesReminded) -> None:
    follow_up(session, SEND_REMINDER_MAIL, event.to_data(), subject=event.candidate_id)


def request_refusal_mail(session: DbSession, event: PiecesRefused) -> None:
    follow_up(session, SEND_REFUSAL_MAIL, event.to_data(), subject=event.candidate_id)
