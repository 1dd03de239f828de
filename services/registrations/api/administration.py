"""For administrators and their tools: dates of openings, incidents, messages, the catalogue, what
is to be erased."""

from flask import Response

from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.clock import portal_now
from services.contracts.api import administration as api
from services.contracts.api import retention as retention_api
from services.contracts.retention import PLANNED
from services.registrations.domain.date_changes import Cut, DateChange
from services.registrations.models import db
from services.registrations.operations import catalogue, incidents, messages, openings, retention
from services.registrations.queries import openings as queries
from services.registrations.queries.catalogue import exams_in_force, files_in_force
from services.registrations.queries.retention import plan

views = Views("administration", __name__)


@views.serves(api.list_openings)
def list_openings() -> api.Openings:
    with db.reading_for_staff() as transaction:
        return queries.listed_openings(transaction, portal_now())


@views.serves(api.read_opening)
def read_opening(opening_id: str) -> api.OpeningDetail:
    with db.reading_for_staff() as transaction:
        return queries.opening_detail(transaction, opening_id, portal_now())


@views.serves(api.preview_dates)
def preview_dates(body: api.NewDates) -> list[api.OpeningMove]:
    with db.reading_for_staff() as transaction:
        return queries.opening_moves(transaction, _changes(body), body.reason, portal_now())


@views.serves(api.change_dates)
def change_dates(body: api.NewDates) -> None:
    openings.change_openings(
        _changes(body),
        reason=body.reason,
        confirmed=body.confirmed,
        actor=actor(),
        at=portal_now(),
    )


@views.serves(api.preview_incident)
def preview_incident(body: api.NewIncident) -> list[api.OpeningMove]:
    cut = Cut(body.begins, body.ends, frozenset(body.periods))
    with db.reading_for_staff() as transaction:
        return queries.incident_moves(transaction, cut, portal_now())


@views.serves(api.extend_periods)
def extend_periods(body: api.Extension) -> None:
    ends = [
        DateChange(
            opening_id=opening.id,
            revision=opening.revision,
            closes=opening.closes,
            deposit_closes=opening.deposit_closes,
        )
        for opening in body.openings
    ]
    incidents.extend_periods(body, ends, actor(), portal_now())


@views.serves(api.list_messages)
def list_messages() -> api.Messages:
    with db.reading_for_staff() as transaction:
        return queries.all_messages(transaction)


@views.serves(api.publish_message)
def publish_message(body: api.NewMessage) -> api.CreatedMessage:
    return messages.publish_message(body, actor=actor(), at=portal_now())


@views.serves(api.withdraw_message)
def withdraw_message(message_id: str) -> None:
    messages.withdraw_message(message_id, actor=actor(), at=portal_now())


@views.serves(api.list_exams)
def list_exams() -> api.ExamsInForce:
    with db.reading_for_staff() as transaction:
        return exams_in_force(transaction)


@views.serves(api.read_files)
def read_files(code: str) -> Response:
    with db.reading_for_staff() as transaction:
        return Response(files_in_force(transaction, code), content_type=api.ZIP_TYPE)


@views.serves(api.compare_catalogue)
def compare_catalogue(body: api.CatalogueArchive) -> api.CatalogueComparison:
    return catalogue.compare_archive(body.content, portal_now())


@views.serves(api.load_catalogue)
def load_catalogue(body: api.CatalogueToLoad) -> None:
    catalogue.load_archive(body.content, body.etag, actor=actor(), at=portal_now())


@views.serves(retention_api.read_plan)
def read_plan() -> retention_api.RetentionPlan:
    with db.reading_for_staff() as transaction:
        return plan(transaction, PLANNED.after(portal_now()))


@views.serves(retention_api.hold_session)
def hold_session(body: retention_api.SessionWithReason) -> None:
    retention.hold(body.exam, body.session, body.reason, actor())


@views.serves(retention_api.release_session)
def release_session(body: retention_api.SessionWithReason) -> None:
    retention.release(body.exam, body.session, body.reason, actor())


def _changes(body: api.NewDates) -> list[DateChange]:
    """Return the same new dates for each of the openings."""
    return [
        DateChange(
            opening_id=opening.id,
            revision=opening.revision,
            opens=body.opens,
            closes=body.closes,
            deposit_opens=body.deposit_opens,
            deposit_closes=body.deposit_closes,
        )
        for opening in body.openings
    ]
