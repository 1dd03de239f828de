"""For administrators and their tools: dates of openings, incidents, messages, the catalogue, what
is to be erased."""

from typing import Any

from flask import Response

from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.clock import portal_now
from services.contracts.api import administration as api
from services.contracts.api import retention as retention_api
from services.contracts.retention import PLANNED
from services.registrations.models import db
from services.registrations.operations import incidents, messages, retention
from services.registrations.operations.catalogue import compare_archive, load_archive
from services.registrations.operations.openings import change_openings
from services.registrations.queries.catalogue import exams_in_force, files_in_force
from services.registrations.queries.openings import (
    all_messages,
    incident_moves,
    listed_openings,
    moves_to,
    opening_detail,
    revisions_of,
)
from services.registrations.queries.retention import plan

views = Views("administration", __name__)
_ACTING = {"actor": actor, "at": portal_now}
views.reads(api.list_openings, listed_openings, db.reading_for_staff, at=portal_now)
views.reads(api.read_opening, opening_detail, db.reading_for_staff, at=portal_now)
views.reads(api.preview_dates, moves_to, db.reading_for_staff, at=portal_now)
views.calls(api.change_dates, change_openings, **_ACTING)
views.reads(api.preview_incident, incident_moves, db.reading_for_staff, at=portal_now)
views.reads(api.list_messages, all_messages, db.reading_for_staff)
views.calls(api.publish_message, messages.publish_message, **_ACTING)
views.calls(api.withdraw_message, messages.withdraw_message, **_ACTING)
views.reads(api.list_exams, exams_in_force, db.reading_for_staff)
views.calls(api.compare_catalogue, compare_archive, at=portal_now)
views.calls(api.load_catalogue, load_archive, **_ACTING)
views.reads(
    retention_api.read_plan, plan, db.reading_for_staff, until=lambda: PLANNED.after(portal_now())
)
views.calls(retention_api.hold_session, retention.hold, actor=actor)
views.calls(retention_api.release_session, retention.release, actor=actor)


@views.serves(api.extend_periods)
def extend_periods(body: dict[str, Any]) -> None:
    openings = body.pop("openings")
    ends = {
        opening["id"]: {name: opening[name] for name in ("closes", "deposit_closes")}
        for opening in openings
    }
    incident = {**body, "periods": sorted(set(body["periods"]))}
    incidents.extend_periods(incident, revisions_of(openings), ends, actor(), portal_now())


@views.serves(api.read_files)
def read_files(code: str) -> Response:
    with db.reading_for_staff() as transaction:
        return Response(files_in_force(transaction, code), content_type=api.ZIP_TYPE)
