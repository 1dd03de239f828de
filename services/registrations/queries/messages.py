"""The home page's messages of the moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.contracts.api.administration import Messages, PublishedMessage
from services.contracts.api.openings import HomeMessage
from services.contracts.api.operation import answer_of
from services.contracts.registration_codes import SEVERITIES
from services.registrations.models import Message


def shown_messages(session: DbSession, at: datetime) -> list[HomeMessage]:
    """Messages within [shown_from, shown_until), the most severe first."""
    rows = session.scalars(
        select(Message).where(Message.shown_from <= at, Message.shown_until > at).order_by(Message.shown_from)
    )
    messages = sorted(rows, key=lambda row: SEVERITIES.index(row.severity), reverse=True)
    return [answer_of(HomeMessage, row) for row in messages]


def all_messages(session: DbSession) -> Messages:
    """Every message not withdrawn, whatever its dates, the latest first."""
    rows = session.scalars(select(Message).order_by(Message.shown_from.desc()))
    return Messages(messages=tuple(answer_of(PublishedMessage, row) for row in rows))
