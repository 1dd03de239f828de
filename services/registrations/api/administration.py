"""For administrators and their tools: dates of openings, messages of the home page."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.registrations.api import administration_schemas as schemas
from services.registrations.models import Message, db
from services.registrations.operations import messages
from services.registrations.operations.openings import NewDates, change_opening
from services.registrations.queries.messages import all_messages
from services.registrations.queries.openings import OpeningSummary, listed_openings, opening_detail

MANAGE = "openings:manage"
blp = Blueprint("administration", __name__, url_prefix="/v1/staff", description="For administrators")


@blp.get("/openings")
@access.staff(MANAGE)
@blp.response(200, schemas.Openings)
def list_openings() -> dict[str, list[OpeningSummary]]:
    """Every opening with the dates in force, the newest session first."""
    with db.reading_for_staff() as session:
        return {"openings": listed_openings(session, portal_now())}


@blp.get("/openings/<opening_id>")
@access.staff(MANAGE)
@blp.response(200, schemas.OpeningDetail)
def read_opening(opening_id: str) -> dict[str, Any]:
    """An opening, whom a change of its dates concerns, and the changes before."""
    with db.reading_for_staff() as session:
        return opening_detail(session, opening_id, portal_now())


@blp.post("/openings/<opening_id>/dates")
@access.staff(MANAGE)
@blp.arguments(schemas.NewDates)
@blp.response(204)
@answers_with(blp, problem_types.PRECONDITION_FAILED)
def change_dates(body: dict[str, Any], opening_id: str) -> None:
    """Set dates, with a reason; they take precedence over the catalogue. Refused where they have changed since."""
    revision, reason = body.pop("revision"), body.pop("reason")
    change_opening(opening_id, NewDates(**body), revision=revision, reason=reason, actor=_actor(), at=portal_now())


@blp.get("/messages")
@access.staff(MANAGE)
@blp.response(200, schemas.Messages)
def list_messages() -> dict[str, list[Message]]:
    """Messages of the past, of the moment and to come."""
    with db.reading_for_staff() as session:
        return {"messages": all_messages(session)}


@blp.post("/messages")
@access.staff(MANAGE)
@blp.arguments(schemas.NewMessage)
@blp.response(201, schemas.CreatedMessage)
def publish_message(body: dict[str, Any]) -> dict[str, str]:
    """Publish a message, shown from `shown_from` until `shown_until` (excluded)."""
    return {"id": messages.publish_message(messages.NewMessage(**body), actor=_actor(), at=portal_now())}


@blp.delete("/messages/<message_id>")
@access.staff(MANAGE)
@blp.response(204)
def withdraw_message(message_id: str) -> None:
    """Take a message off at once."""
    messages.withdraw_message(message_id, actor=_actor(), at=portal_now())


def _actor() -> Actor:
    return Actor("staff", access.caller().id)
