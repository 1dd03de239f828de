"""« Mes inscriptions »: a candidate's active candidatures, consulted, modified, withdrawn."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.chassis.clock import portal_now
from services.chassis.web import access
from services.chassis.web.access import caller
from services.chassis.web.arrival_time import received_at
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.registrations.api import schemas
from services.registrations.api.drafts import draft_answer
from services.registrations.api.identity_assertion import asserted_identity
from services.registrations.models import db
from services.registrations.operations import candidatures as operations
from services.registrations.operations import drafts
from services.registrations.queries import candidatures as queries
from services.registrations.queries import drafts as draft_queries

blp = Blueprint("candidatures", __name__, url_prefix="/v1", description="Saved candidatures of the caller")


@blp.get("/candidatures")
@access.candidate
@blp.response(200, schemas.Tiles)
def list_candidatures() -> dict[str, Any]:
    """Active candidatures whose session has not closed, and those set aside by their service gestionnaire."""
    with db.reading() as session:
        return queries.list_candidatures(session, caller().id, portal_now())


@blp.get("/mine")
@access.candidate
@blp.response(200, schemas.Mine)
def list_mine() -> dict[str, Any]:
    """All that « Mes inscriptions » lists: candidatures, and drafts not transmitted, the latest written first."""
    now = portal_now()
    with db.reading() as session:
        drafts = draft_queries.list_open_drafts(session, caller().id, now)
        return {**queries.list_candidatures(session, caller().id, now), "drafts": drafts}


@blp.get("/candidatures/<candidature_id>")
@access.candidate
@blp.response(200, schemas.Candidature)
def read_candidature(candidature_id: str) -> dict[str, Any]:
    """A candidature with its récapitulatif."""
    now = portal_now()
    with db.reading() as session:
        view = queries.visible_candidature(session, caller().id, candidature_id, now)
        return {**queries.tile(view, now), "recap": queries.recap(view.saved)}


@blp.get("/candidatures/<candidature_id>/acknowledgement")
@access.candidate
@blp.response(200, schemas.Acknowledgement)
def read_acknowledgement(candidature_id: str) -> dict[str, Any]:
    """What the save answered, for the current version."""
    with db.reading() as session:
        view = queries.visible_candidature(session, caller().id, candidature_id, portal_now())
        return queries.acknowledgement(session, view)


@blp.post("/candidatures/<candidature_id>/draft")
@access.candidate
@blp.arguments(schemas.Asserted)
@blp.response(201, schemas.Draft)
@blp.alt_response(200, schema=schemas.Draft, description="The modification begun earlier")
@answers_with(
    blp, problem_types.WINDOW_CLOSED, problem_types.CONFLICT, problem_types.OTHER_DRAFT, problem_types.IDENTITY_OUTDATED
)
def modify(body: dict[str, Any], candidature_id: str) -> tuple[dict[str, Any], int]:
    """« Modifier »: a draft filled in from the current version, or the one under way."""
    identity = asserted_identity(body["assertion"])
    return draft_answer(drafts.start_modification(caller().id, candidature_id, identity, received_at()))


@blp.post("/candidatures/<candidature_id>/withdrawal")
@access.candidate
@blp.arguments(schemas.Empty)
@blp.response(204)
@answers_with(blp, problem_types.WINDOW_CLOSED, problem_types.CONFLICT)
def withdraw(body: dict[str, Any], candidature_id: str) -> None:
    """« Se désinscrire »."""
    operations.withdraw(caller().id, candidature_id, received_at())


@blp.get("/candidatures/<candidature_id>/forms")
@access.candidate
@blp.response(200, schemas.Forms)
def read_forms(candidature_id: str) -> dict[str, Any]:
    """« Les formulaires » of a candidature."""
    with db.reading() as session:
        view = queries.visible_candidature(session, caller().id, candidature_id, portal_now())
        return queries.forms(session, view)


@blp.get("/contact")
@access.candidate
@blp.response(200, schemas.ContactAnswer)
@answers_with(blp, problem_types.NOT_FOUND)
def read_contact() -> dict[str, Any]:
    """The service gestionnaire of the caller's latest candidature."""
    with db.reading() as session:
        return {"contact": queries.contact(session, caller().id, portal_now())}
