"""For administrators and their tools: dates of openings, incidents, messages of the home page, the catalogue, what is
to be erased."""

from typing import Any

from flask import Response

from services.chassis.clock import portal_now
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.contracts.api import administration as api
from services.contracts.api import retention as retention_api
from services.contracts.retention import PLANNED
from services.registrations.models import Message, db
from services.registrations.operations import incidents, messages, retention
from services.registrations.operations.catalogue import compare_archive, load_archive
from services.registrations.operations.openings import change_openings
from services.registrations.queries.catalogue import exams_in_force, files_in_force
from services.registrations.queries.openings import (
    all_messages,
    incident_moves,
    listed_openings,
    opening_detail,
    opening_moves,
)
from services.registrations.queries.retention import plan

views = Views("administration", __name__)
views.reads(api.list_openings, listed_openings, db.reading_for_staff, at=portal_now)
views.reads(api.read_opening, opening_detail, db.reading_for_staff, at=portal_now)
views.reads(api.list_messages, all_messages, db.reading_for_staff)
views.calls(api.withdraw_message, messages.withdraw_message, actor=actor, at=portal_now)
views.reads(api.list_exams, exams_in_force, db.reading_for_staff)
views.calls(api.compare_catalogue, compare_archive, at=portal_now)
views.calls(api.load_catalogue, load_archive, actor=actor, at=portal_now)
views.reads(retention_api.read_plan, plan, db.reading_for_staff, until=lambda: PLANNED.after(portal_now()))


@views.serves(api.preview_dates)
def preview_dates(body: dict[str, Any]) -> list[api.OpeningMove]:
    change = _change(body)
    with db.reading_for_staff() as session:
        new = dict.fromkeys(change["revisions"], change["new"])
        return list(opening_moves(session, change["revisions"], new, change["reason"], portal_now()))


@views.serves(api.change_dates)
def change_dates(body: dict[str, Any]) -> None:
    change_openings(**_change(body), actor=actor(), at=portal_now())


def _change(body: dict[str, Any]) -> dict[str, Any]:
    revisions = {opening["id"]: opening["revision"] for opening in body.pop("openings")}
    return {"revisions": revisions, "reason": body.pop("reason"), "confirmed": body.pop("confirmed"), "new": body}


@views.serves(api.preview_incident)
def preview_incident(body: dict[str, Any]) -> list[api.OpeningMove]:
    with db.reading_for_staff() as session:
        return list(incident_moves(session, body["begins"], body["ends"], body["periods"], portal_now()))


@views.serves(api.extend_periods)
def extend_periods(body: dict[str, Any]) -> None:
    openings = body.pop("openings")
    revisions = {opening["id"]: opening["revision"] for opening in openings}
    ends = {opening["id"]: {name: opening[name] for name in ("closes", "deposit_closes")} for opening in openings}
    incident = {**body, "periods": sorted(set(body["periods"]))}
    incidents.extend_periods(incident, revisions, ends, actor(), portal_now())


@views.serves(api.publish_message)
def publish_message(body: dict[str, Any]) -> api.CreatedMessage:
    return api.CreatedMessage(id=messages.publish_message(Message(**body), actor=actor(), at=portal_now()))


@views.serves(api.read_files)
def read_files(code: str) -> Response:
    with db.reading_for_staff() as session:
        return Response(files_in_force(session, code), content_type=api.ZIP_TYPE)


@views.serves(retention_api.hold_session)
def hold_session(body: dict[str, Any]) -> None:
    retention.hold(body["exam"], body["session"], body["reason"], actor())


@views.serves(retention_api.release_session)
def release_session(body: dict[str, Any]) -> None:
    retention.release(body["exam"], body["session"], body["reason"], actor())
