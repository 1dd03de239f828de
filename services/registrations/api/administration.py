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


@views.serves(api.list_openings)
def list_openings() -> api.Openings:
    with db.reading_for_staff() as session:
        return listed_openings(session, portal_now())


@views.serves(api.read_opening)
def read_opening(opening_id: str) -> api.OpeningDetail:
    with db.reading_for_staff() as session:
        return opening_detail(session, opening_id, portal_now())


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


@views.serves(api.list_messages)
def list_messages() -> api.Messages:
    with db.reading_for_staff() as session:
        return all_messages(session)


@views.serves(api.publish_message)
def publish_message(body: dict[str, Any]) -> api.CreatedMessage:
    return api.CreatedMessage(id=messages.publish_message(Message(**body), actor=actor(), at=portal_now()))


@views.serves(api.withdraw_message)
def withdraw_message(message_id: str) -> None:
    messages.withdraw_message(message_id, actor=actor(), at=portal_now())


@views.serves(api.list_exams)
def list_exams() -> api.ExamsInForce:
    with db.reading_for_staff() as session:
        return exams_in_force(session)


@views.serves(api.read_files)
def read_files(code: str) -> Response:
    with db.reading_for_staff() as session:
        return Response(files_in_force(session, code), content_type=api.ZIP_TYPE)


@views.serves(api.compare_catalogue)
def compare_catalogue(body: dict[str, Any]) -> api.CatalogueComparison:
    return compare_archive(body["archive"], portal_now())


@views.serves(api.load_catalogue)
def load_catalogue(body: dict[str, Any]) -> None:
    load_archive(body["archive"], body["etag"], actor=actor(), at=portal_now())


@views.serves(retention_api.read_plan)
def read_plan() -> retention_api.RetentionPlan:
    with db.reading_for_staff() as session:
        return plan(session, PLANNED.after(portal_now()))


@views.serves(retention_api.hold_session)
def hold_session(body: dict[str, Any]) -> None:
    retention.hold(body["exam"], body["session"], body["reason"], actor())


@views.serves(retention_api.release_session)
def release_session(body: dict[str, Any]) -> None:
    retention.release(body["exam"], body["session"], body["reason"], actor())
