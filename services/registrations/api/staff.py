"""For staff and their tools: candidatures of their académies found, read with all versions, ended
and restored."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from services.chassis.csv_export import csv_response
from services.chassis.errors import Forbidden
from services.chassis.web.access import caller, caller_academies
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Reply, Views
from services.clock import portal_now
from services.contracts.api import staff_candidatures as api
from services.contracts.api.drafts import Draft, SavedVersion
from services.registrations.api.drafts import reply_of
from services.registrations.models import db
from services.registrations.operations import corrections, staff
from services.registrations.queries import staff_candidature, staff_list
from services.registrations.queries.catalogue import exam_in_force
from services.registrations.queries.staff_candidature import Academies

views = Views("staff", __name__)
_ACTING = {"actor": actor, "academies": caller_academies, "at": portal_now}
views.reads(
    api.list_candidatures,
    staff_list.list_candidatures,
    db.reading_for_staff,
    academies=caller_academies,
)
views.reads(
    api.count_candidatures,
    staff_list.count_candidatures,
    db.reading_for_staff,
    academies=caller_academies,
)
views.calls(api.write_note, staff.add_note, **_ACTING)
views.calls(api.change_state, staff.change_state, **_ACTING)


@views.serves(api.export_candidatures)
def export_candidatures(query: dict[str, Any]) -> Response:
    return _export("candidatures", staff_list.csv_of_candidatures, query)


@views.serves(api.export_epreuves)
def export_epreuves(query: dict[str, Any]) -> Response:
    return _export("epreuves", staff_list.csv_of_epreuves, query)


@views.serves(api.read_candidature)
def read_candidature(candidature_id: str) -> api.Detail:
    with db.reading_for_staff() as transaction:
        detail = staff_candidature.candidature_detail(
            transaction, candidature_id, caller().academies
        )
    staff.record_reading("candidature.opened", candidature_id, actor(), portal_now())
    return detail


@views.serves(api.list_refusal_reasons)
def list_refusal_reasons(query: dict[str, Any]) -> api.RefusalReasons:
    with db.reading() as transaction:
        exam = exam_in_force(transaction, query["exam"])
        piece = query["piece"]
        return api.RefusalReasons(
            reasons=exam.refusal_reasons_of(piece), compared_with=exam.compared_with(piece)
        )


@views.serves(api.start_correction)
def start_correction(candidature_id: str) -> Reply[Draft]:
    return reply_of(
        corrections.start(
            candidature_id, actor=actor(), academies=caller().academies, at=portal_now()
        )
    )


@views.serves(api.save_correction)
def save_correction(body: dict[str, Any], draft_id: str) -> SavedVersion:
    if body["overridden"] and api.OVERRIDE not in caller().scopes:
        raise Forbidden("Seul un administrateur peut écarter une règle.")
    return corrections.save(
        draft_id, **body, actor=actor(), academies=caller().academies, at=portal_now()
    )


def _export(
    what: str,
    text: Callable[[Session, Mapping[str, Any], Academies], Iterator[str]],
    filters: Mapping[str, Any],
) -> Response:
    academies = caller().academies
    by = actor()
    at = portal_now()
    return csv_response(
        f"{what}.csv",
        db.reading_for_staff(export=True),
        lambda transaction: text(transaction, filters, academies),
        lambda: staff.record_reading(f"{what}.exported", what, by, at),
    )
