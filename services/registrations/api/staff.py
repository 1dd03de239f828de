"""For staff and their tools: candidatures of their académies found, read with all versions, ended with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.chassis.web import access
from services.chassis.web.access import caller
from services.chassis.web.csv_export import CONTENT_TYPE, csv_response
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.registrations.api import staff_schemas as schemas
from services.registrations.models import db
from services.registrations.operations.notes import add_note
from services.registrations.operations.staff import end_candidature, record_export, record_opening
from services.registrations.queries import staff_candidature, staff_epreuves, staff_list
from services.registrations.queries.catalogue import exam_in_force
from services.registrations.queries.staff_search import Academies, CandidatureFilters

READ, MANAGE = "candidatures:read", "candidatures:manage"
blp = Blueprint("staff", __name__, url_prefix="/v1/staff", description="Candidatures as staff see them")


@blp.get("/candidatures")
@access.staff(READ)
@blp.arguments(schemas.Page, location="query")
@blp.response(200, schemas.Found, example=schemas.FOUND_EXAMPLE)
@answers_with(blp, problem_types.NOT_FOUND)
def list_candidatures(query: dict[str, Any]) -> dict[str, Any]:
    """A page of candidatures; `next_cursor` is null on the last one."""
    limit, after, order = query.pop("limit"), query.pop("cursor"), query.pop("order")
    with db.reading_for_staff() as session:
        filters = CandidatureFilters(**query)
        rows = staff_list.list_candidatures(
            session, filters, caller().academies, after=after, limit=limit + 1, order=order
        )
    page = rows[:limit]
    return {"candidatures": page, "next_cursor": page[-1]["id"] if len(rows) > limit else None}


@blp.get("/candidatures.csv")
@access.staff(READ)
@blp.arguments(schemas.Filters, location="query")
@blp.alt_response(200, content_type=CONTENT_TYPE, success=True, description="Une ligne par candidature")
def export_candidatures(query: dict[str, Any]) -> Response:
    """All of them as CSV, streamed; that they were taken out is in the audit trail."""
    return _export("candidatures", staff_list.csv_export, CandidatureFilters(**query))


@blp.get("/epreuves.csv")
@access.staff(READ)
@blp.arguments(schemas.EpreuveFilters, location="query")
@blp.alt_response(200, content_type=CONTENT_TYPE, success=True, description="Une ligne par candidat et épreuve")
def export_epreuves(query: dict[str, Any]) -> Response:
    """What organising an exam needs: one line for each candidate and épreuve, streamed; in the audit trail as well."""
    return _export("epreuves", staff_epreuves.csv_export, CandidatureFilters(**query))


@blp.get("/candidatures/<candidature_id>")
@access.staff(READ)
@blp.response(200, schemas.Detail)
def read_candidature(candidature_id: str) -> dict[str, Any]:
    """A candidature with all versions and what changed in each; that it was opened is in the audit trail."""
    with db.reading_for_staff() as session:
        detail = staff_candidature.candidature_detail(session, candidature_id, caller().academies)
    record_opening(candidature_id, Actor("staff", caller().id), portal_now())
    return detail


@blp.post("/candidatures/<candidature_id>/notes")
@access.staff(MANAGE)
@blp.arguments(schemas.NewNote)
@blp.response(204)
def write_note(body: dict[str, Any], candidature_id: str) -> None:
    """Keep a note for the other gestionnaires of the académie; the candidate does not see it."""
    who = caller()
    actor = Actor("staff", who.id)
    add_note(candidature_id, body["text"], actor=actor, academies=who.academies, at=portal_now())


@blp.get("/refusal-reasons")
@access.staff("pieces:read")
@blp.arguments(schemas.RefusalReasonsQuery, location="query")
@blp.response(200, schemas.RefusalReasons)
@answers_with(blp, problem_types.NOT_FOUND)
def list_refusal_reasons(query: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """What a gestionnaire may choose for « Non Conforme », as the catalogue says: the piece's own reasons first."""
    with db.reading() as session:
        return {"reasons": exam_in_force(session, query["exam"]).refusal_reasons_of(query["piece"])}


@blp.post("/candidatures/<candidature_id>/<any(withdrawal, ecart):how>")
@access.staff(MANAGE)
@blp.arguments(schemas.Reason, example=schemas.REASON_EXAMPLE)
@blp.response(204)
@answers_with(blp, problem_types.CONFLICT)
def end(body: dict[str, Any], candidature_id: str, how: str) -> None:
    """Withdraw on the candidate's request, or écarter; the candidate is told by mail of a withdrawal."""
    who = caller()
    end_candidature(
        candidature_id,
        how,
        reason=body["reason"],
        actor=Actor("staff", who.id),
        academies=who.academies,
        at=portal_now(),
    )


def _export(
    what: str,
    text: Callable[[Session, CandidatureFilters, Academies], Iterator[str]],
    filters: CandidatureFilters,
) -> Response:
    who, at = caller(), portal_now()
    return csv_response(
        f"{what}.csv",
        db.reading_for_staff(export=True),
        lambda session: text(session, filters, who.academies),
        lambda: record_export(what, Actor("staff", who.id), at),
    )
