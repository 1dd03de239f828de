"""Reads the events and follow-ups that wait in the service's outbox, and its audit trail."""

import json
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from services.chassis.tasks.tables import tasks
from services.registrations.models import AuditEntry, db
from tests.support.service_worker import published, stored


def events_of(app: Flask, type: str) -> list[dict[str, Any]]:
    """The envelopes of a type, oldest first."""
    return published(app, type)


def follow_ups_of(app: Flask) -> list[str]:
    """The names of the service's own follow-ups, oldest first."""
    return [envelope["type"] for envelope in follow_ups(app)]


def follow_ups(app: Flask) -> list[dict[str, Any]]:
    """Their envelopes."""
    own = select(tasks.c.envelope).where(tasks.c.envelope != "", tasks.c.channel != "events")
    return [json.loads(envelope) for envelope in stored(app, own.order_by(tasks.c.sequence))]


def audited(app: Flask, **which: str) -> list[AuditEntry]:
    return stored(app, select(AuditEntry).filter_by(**which).order_by(AuditEntry.id))


def forget_receipts(app: Flask, candidate_id: str) -> None:
    """A candidate's mails of receipt that wait are asked for no more: most tests are of other mails."""
    receipts = text("DELETE FROM tasks WHERE handler = 'send_receipt_mail' AND subject = :candidate_id")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(receipts, {"candidate_id": candidate_id})
