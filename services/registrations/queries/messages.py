"""The home page's messages of the moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.registrations.domain.severities import SEVERITIES
from services.registrations.models import Message


def shown_messages(session: DbSession, at: datetime) -> list[dict[str, Any]]:
    """Messages within [shown_from, shown_until), the most severe first."""
    rows = session.scalars(
        select(Message).where(Message.shown_from <= at, Message.shown_until > at).order_by(Message.shown_from)
    )
    messages = sorted(rows, key=lambda row: SEVERITIES.index(row.severity), reverse=True)
    return [{"id": row.id, "title": row.title, "text": row.text, "severity": row.severity} for row in messages]


def all_messages(session: DbSession) -> list[Message]:
    """Every message not withdrawn, whatever its dates, the latest first."""
    return list(session.scalars(select(Message).order_by(Message.shown_from.desc())))
