"""`GET /v1/audit` of a service, for administrators and their tools: who did what to what, before and after."""

from typing import Any

from flask import Response
from sqlalchemy import Subquery

from services.chassis.csv_export import csv_response
from services.chassis.database import audit_search
from services.chassis.database.audit import Actor
from services.chassis.database.transactions import Database
from services.chassis.web import access
from services.chassis.web.gateway_headers import note_client_address
from services.chassis.web.operations import Views
from services.contracts.api import audit as api


def audit_views(db: Database, entries: Any, numeros: Subquery | None = None) -> Views:
    """The views for a service whose audit table is the model `entries`, made of AuditColumns. `numeros`: (id,
    numero_candidat, label) of those subjects of its acts that are a candidate's."""
    views = Views("audit", __name__)

    views.before_app_request(note_client_address)

    @views.serves(api.list_entries)
    def list_entries(query: dict[str, Any]) -> api.AuditEntries:
        with db.reading_for_staff() as session:
            rows = audit_search.audit_page(session, entries, query, numeros)
            page = rows[: query["limit"]]
            answers = audit_search.answers_of(session, page, numeros)
        return api.AuditEntries(
            entries=answers,
            next_before=page[-1].id if len(rows) > query["limit"] else None,
        )

    @views.serves(api.export_entries)
    def export_entries(query: dict[str, Any]) -> Response:
        return csv_response(
            "journal.csv",
            db.reading_for_staff(export=True),
            lambda session: audit_search.audit_csv(session, entries, query, numeros),
            lambda: _record_export(db, entries, actor()),
        )

    return views


def actor() -> Actor:
    """The caller, as the audit trail names who acts."""
    return Actor(access.caller().kind, access.caller().id)


def _record_export(db: Database, entries: Any, by: Actor) -> None:
    with db.operation() as session:
        entries.record(session, by, "audit.exported", "audit")
