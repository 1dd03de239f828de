"""For staff and their tools: candidatures of their académies found, read with all versions, ended
and restored."""

from collections.abc import Callable

from flask import Response
from sqlalchemy.orm import Session

from services.chassis.errors import Forbidden
from services.chassis.exports import Table, export_response
from services.chassis.web.access import caller, caller_academies
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Reply, Views
from services.clock import portal_now
from services.contracts.api import staff_candidatures as api
from services.contracts.api.drafts import Draft, SavedVersion
from services.contracts.api.staff_lists import Counts, ListFilters, ListPage
from services.registrations.api.drafts import reply_of
from services.registrations.models import db
from services.registrations.operations import corrections, staff
from services.registrations.queries import staff_candidature, staff_list
from services.registrations.queries.catalogue import exam_in_force

views = Views("staff", __name__)


@views.serves(api.list_candidatures)
def list_candidatures(query: ListPage) -> api.Found:
    with db.reading_for_staff() as transaction:
        return staff_list.list_candidatures(transaction, query, caller_academies())


@views.serves(api.count_candidatures)
def count_candidatures(query: ListFilters) -> Counts:
    with db.reading_for_staff() as transaction:
        return staff_list.count_candidatures(transaction, query.filters, caller_academies())


@views.serves(api.export_candidatures)
def export_candidatures(query: ListFilters) -> Response:
    academies = caller_academies()

    def table(transaction: Session) -> Table:
        return staff_list.export_candidatures(transaction, query.filters, academies)

    return _export("candidatures", table)


@views.serves(api.export_epreuves)
def export_epreuves(query: ListFilters) -> Response:
    academies = caller_academies()

    def table(transaction: Session) -> Table:
        return staff_list.export_epreuves(transaction, query.filters, academies)

    return _export("epreuves", table)


@views.serves(api.read_candidature)
def read_candidature(candidature_id: str) -> api.Detail:
    with db.reading_for_staff() as transaction:
        detail = staff_candidature.candidature_detail(
            transaction, candidature_id, caller_academies()
        )
    staff.record_reading("candidature.opened", candidature_id, actor(), portal_now())
    return detail


@views.serves(api.write_note)
def write_note(candidature_id: str, body: api.NewNote) -> None:
    staff.add_note(
        candidature_id, body.text, actor=actor(), academies=caller_academies(), at=portal_now()
    )


@views.serves(api.change_state)
def change_state(candidature_id: str, how: str, body: api.Reason) -> None:
    staff.change_state(
        candidature_id,
        how,
        reason=body.reason,
        actor=actor(),
        academies=caller_academies(),
        at=portal_now(),
    )


@views.serves(api.list_refusal_reasons)
def list_refusal_reasons(query: api.RefusalReasonsQuery) -> api.RefusalReasons:
    with db.reading() as transaction:
        exam = exam_in_force(transaction, query.exam)
    return api.RefusalReasons(
        reasons=exam.refusal_reasons_of(query.piece), compared_with=exam.compared_with(query.piece)
    )


@views.serves(api.start_correction)
def start_correction(candidature_id: str) -> Reply[Draft]:
    opened = corrections.start(
        candidature_id, actor=actor(), academies=caller_academies(), at=portal_now()
    )
    return reply_of(opened)


@views.serves(api.save_correction)
def save_correction(draft_id: str, body: api.SavedCorrection) -> SavedVersion:
    if body.overridden and api.OVERRIDE not in caller().scopes:
        raise Forbidden("Seul un administrateur peut écarter une règle.")
    return corrections.save(
        draft_id,
        revision=body.revision,
        reason=body.reason,
        overridden=body.overridden,
        actor=actor(),
        academies=caller_academies(),
        at=portal_now(),
    )


def _export(what: str, table: Callable[[Session], Table]) -> Response:
    """Stream the table, and note in the audit trail that the caller has taken `what` out."""
    by = actor()
    at = portal_now()

    def record() -> None:
        staff.record_reading(f"{what}.exported", what, by, at)

    return export_response(what, db.reading_for_staff(export=True), table, record)
