"""« Mes messages »: what registrations mailed to the caller."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.chassis.web import access
from services.mail import sent_mails
from services.mail.sent_mail_schemas import SentMailsPage, SentMailsQuery
from services.registrations.models import db

blp = Blueprint("mails", __name__, url_prefix="/v1", description="Mails sent to the caller")


@blp.get("/mails")
@access.candidate
@blp.arguments(SentMailsQuery, location="query")
@blp.response(200, SentMailsPage)
def list_mails(query: dict[str, Any]) -> dict[str, Any]:
    """Newest first; the next page begins after the `place` of the last."""
    with db.reading() as session:
        return {"mails": sent_mails.list_page(session, access.caller().id, **query)}
