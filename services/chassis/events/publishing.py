"""Writes an event into the outbox, in the transaction of the change that it announces."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

import structlog
from flask import current_app, g, has_app_context, has_request_context
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.events.envelope import Envelope
from services.chassis.events.tables import TO_BROKER, TO_SELF, outbox
from services.chassis.traces import spans


class Publishable(Protocol):
    """An event contract: a versioned type and JSON-ready data."""

    @property
    def TYPE(self) -> str: ...  # noqa: N802 - a contract's constant

    def to_data(self) -> dict[str, Any]: ...


def publish(session: Session, event: Publishable, *, subject: str) -> str:
    """Announce a change to other services; the event's id. It is sent after `session` has committed."""
    return _write(session, TO_BROKER, event.TYPE, event.to_data(), subject, 0)


def follow_up(session: Session, name: str, data: dict[str, Any], *, subject: str, delay: float = 0) -> str:
    """Schedule follow-up `name` for this service's worker, in `delay` seconds at the earliest; the event's id."""
    return _write(session, TO_SELF, name, data, subject, delay)


def _write(session: Session, destination: str, type: str, data: dict[str, Any], subject: str, delay: float) -> str:
    now = system_now()
    envelope = Envelope(
        new_id(), _source(), type, subject, now, data, _correlation_id(), traceparent=spans.traceparent()
    )
    session.execute(
        insert(outbox).values(
            event_id=envelope.id,
            destination=destination,
            type=type,
            subject=subject,
            envelope=envelope.to_json().decode(),
            created_at=now,
            available_at=now + timedelta(seconds=delay),
            attempts=0,
        )
    )
    return envelope.id


def _source() -> str:
    return f"/{current_app.name.rpartition('.')[2]}" if has_app_context() else "/"


def _correlation_id() -> str:
    """The id of the HTTP request, or of the event being handled."""
    if has_request_context():
        return str(g.get("request_id", ""))
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
