"""`GET /v1/audit` of a service, for administrators and their tools: who did what to what, before and after."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.chassis.database.audit import Actor
from services.chassis.database.audit_search import AuditFilters, audit_csv, audit_page
from services.chassis.database.transactions import Database
from services.chassis.web import access
from services.chassis.web.client_address import note_client_address
from services.chassis.web.csv_export import CONTENT_TYPE, csv_response
from services.chassis.web.instants import Instant

READ = "audit:read"
DEFAULT_ENTRIES, MOST_ENTRIES = 50, 200  # of a page
LONGEST_ID = 64  # characters, as the columns hold
_LARGEST_ENTRY_ID = 2**31 - 1


class AuditFilterQuery(Schema):
    actor = fields.String(load_default=None, validate=validate.Length(max=LONGEST_ID))
    subject = fields.String(
        load_default=None,
        validate=validate.Length(max=LONGEST_ID),
        metadata={"description": "Identifiant : d'une candidature, d'une pièce, d'un compte …"},
    )
    action = fields.String(load_default=None, validate=validate.Length(max=LONGEST_ID))
    since = Instant(load_default=None)
    until = Instant(load_default=None, metadata={"description": "Exclu"})
    everybody = fields.Boolean(
        load_default=False, metadata={"description": "Aussi les actes des candidats et des services"}
    )


class AuditQuery(AuditFilterQuery):
    limit = fields.Integer(load_default=DEFAULT_ENTRIES, validate=validate.Range(1, MOST_ENTRIES))
    before = fields.Integer(
        load_default=None,
        validate=validate.Range(1, _LARGEST_ENTRY_ID),
        metadata={"description": "next_before de la page précédente"},
    )


class AuditEntry(Schema):
    id = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    actor_kind = fields.String(required=True)
    actor_id = fields.String(required=True)
    action = fields.String(required=True)
    subject = fields.String(required=True)
    before = fields.Dict(required=True, allow_none=True)
    after = fields.Dict(required=True, allow_none=True)
    address = fields.String(
        required=True, allow_none=True, metadata={"description": "Adresse IP d'où un gestionnaire a agi"}
    )


class AuditEntries(Schema):
    entries = fields.List(fields.Nested(AuditEntry), required=True)
    next_before = fields.Integer(required=True, allow_none=True)


def audit_blueprint(db: Database, entries: Any) -> Blueprint:
    """The route for a service whose audit table is the model `entries`, made of AuditColumns."""
    blp = Blueprint("audit", __name__, url_prefix="/v1", description="The audit trail, for administrators")

    blp.before_app_request(note_client_address)

    @blp.get("/audit")
    @access.staff(READ)
    @blp.arguments(AuditQuery, location="query")
    @blp.response(200, AuditEntries)
    def list_audit_entries(query: dict[str, Any]) -> dict[str, Any]:
        """Entries of this service, the newest first; `next_before` is null on the last page."""
        limit, before = query.pop("limit"), query.pop("before")
        with db.reading_for_staff() as session:
            rows = audit_page(session, entries, AuditFilters(**query), before=before, limit=limit + 1)
        page = rows[:limit]
        return {"entries": page, "next_before": page[-1].id if len(rows) > limit else None}

    @blp.get("/audit.csv")
    @access.staff(READ)
    @blp.arguments(AuditFilterQuery, location="query")
    @blp.alt_response(200, content_type=CONTENT_TYPE, success=True, description="Une ligne par acte, heures de Paris")
    def export_audit_entries(query: dict[str, Any]) -> Response:
        """Entries of this service as CSV, streamed, the oldest first; that they were taken out is one of them."""
        return csv_response(
            "journal.csv",
            db.reading_for_staff(export=True),
            lambda session: audit_csv(session, entries, AuditFilters(**query)),
            lambda: _record_export(db, entries, Actor("staff", access.caller().id)),
        )

    return blp


def _record_export(db: Database, entries: Any, actor: Actor) -> None:
    with db.operation() as session:
        entries.record(session, actor, "audit.exported", "audit")
