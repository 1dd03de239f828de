"""For administrators, in a browser's session: the catalogue in force, another one compared with it, and loaded."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.contracts.account_rules import CATALOGUE_SCOPE
from services.registrations.api import catalogue_schemas as schemas
from services.registrations.models import db
from services.registrations.operations.catalogue_upload import CatalogueComparison, compare_archive, load_archive
from services.registrations.queries.catalogue import ExamInForce, exams_in_force

MANAGE = CATALOGUE_SCOPE
blp = Blueprint("catalogue", __name__, url_prefix="/v1/staff", description="The catalogue, for administrators")


@blp.get("/catalogues")
@access.staff(MANAGE)
@blp.response(200, schemas.ExamsInForce)
def list_exams() -> dict[str, list[ExamInForce]]:
    """The exams in force, with their sessions and when they were loaded."""
    with db.reading_for_staff() as session:
        return {"exams": exams_in_force(session)}


@blp.post("/catalogues/comparison")
@access.staff(MANAGE)
@blp.arguments(schemas.CatalogueArchive)
@blp.response(200, schemas.CatalogueComparison)
def compare(body: dict[str, Any]) -> CatalogueComparison:
    """What an archive would change, and for whom; nothing is written. Its mistakes: `mistakes`, by file and line."""
    return compare_archive(body["archive"], portal_now())


@blp.post("/catalogues")
@access.staff(MANAGE)
@blp.arguments(schemas.CatalogueToLoad)
@blp.response(204)
@answers_with(blp, problem_types.PRECONDITION_FAILED)
def load(body: dict[str, Any]) -> None:
    """Put an archive's catalogue in force, all or nothing. Refused where another was loaded since the comparison."""
    load_archive(body["archive"], body["etag"], actor=Actor("staff", access.caller().id), at=portal_now())
