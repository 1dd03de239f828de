"""Public: « Ouverture des services », « Sur quoi et où voulez-vous vous inscrire ? » and the home page's messages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from services.chassis.clock import portal_now
from services.chassis.web import access
from services.registrations.api import opening_schemas as schemas
from services.registrations.domain.opening_selection import Choices, Purpose, select
from services.registrations.models import db
from services.registrations.queries.catalogue import offers
from services.registrations.queries.messages import shown_messages

blp = Blueprint("openings", __name__, url_prefix="/v1", description="Openings and messages, for everyone")


@blp.get("/openings/choices")
@access.public
@blp.arguments(schemas.ChoicesQuery, location="query")
@blp.response(200, schemas.Selection)
def choices(query: dict[str, Any]) -> dict[str, Any]:
    """Where the picking stands: what was chosen, and what comes next or is known."""
    purpose = Purpose(query.pop("purpose"))
    with db.reading() as session:
        return asdict(select(offers(session), purpose, Choices(**query), portal_now()))


@blp.get("/messages")
@access.public
@blp.response(200, schemas.HomeMessage(many=True))
def messages() -> list[dict[str, Any]]:
    """The messages to show now."""
    with db.reading() as session:
        return shown_messages(session, portal_now())
