"""Reads the events and follow-ups that wait in the service's outbox, and its audit trail."""

import json
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from services.registrations.models import AuditEntry, db


def events_of(app: Flask, type: str) -> list[dict[str, Any]]:
    """The envelopes of a type, oldest first."""
    return [envelope for envelope in published(app) if envelope["type"] == type]


def published(app: Flask) -> list[dict[str, Any]]:
    """The envelopes of all that other services are told."""
    return _all(app, "outbox")


def follow_ups_of(app: Flask) -> list[str]:
    """The names of the service's own follow-ups, oldest first."""
    return [envelope["type"] for envelope in follow_ups(app)]


def follow_ups(app: Flask) -> list[dict[str, Any]]:
    """Their envelopes."""
    return _all(app, "tasks", "AND channel <> 'events'")


def audited(app: Flask, **which: str) -> list[AuditEntry]:
    with app.app_context(), db.reading() as session:
        return list(session.scalars(select(AuditEntry).filter_by(**which).order_by(AuditEntry.id)))


def forget_receipts(app: Flask, candidate_id: str) -> None:
    """A candidate's mails of receipt that wait are asked for no more: most tests are of other mails."""
    receipts = text("DELETE FROM tasks WHERE handler = 'send_receipt_mail' AND subject = :candidate_id")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(receipts, {"candidate_id": candidate_id})


def _all(app: Flask, table: str, which: str = "") -> list[dict[str, Any]]:
    query = f"SELECT envelope FROM {table} WHERE envelope <> '' {which} ORDER BY sequence"
    with app.app_context(), db.engine.connect() as connection:
        return [json.loads(envelope) for (envelope,) in connection.exec_driver_sql(query)]
