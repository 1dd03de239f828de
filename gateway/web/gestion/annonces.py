"""« Messages »: what the home page says for a time, published, looked at first and taken off by an
administrator."""

from datetime import datetime

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import (
    INSTANT_HINT,
    TEXT_EXPECTED,
    posted_text,
    read_end,
    read_instant,
    read_instants,
    shown_instant,
    shown_on,
)
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.ouvertures import MANAGE
from services.chassis.errors import DomainError
from services.clock import portal_now
from services.contracts.api import administration as api
from services.contracts.registration_rules import SEVERITY_LABELS

FIELDS = ("title", "text", "severity", "shown_from", "shown_until")
READERS = {"shown_from": read_instant, "shown_until": read_end}
REQUIRED = dict.fromkeys(("title", "text"), TEXT_EXPECTED)
DONE_SENTENCES = {"publie": "Le message est publié.", "retire": "Le message est retiré."}


@blueprint.get("/messages", who=access.staff(MANAGE))
def list_messages(*, preview: bool = False, refusal: DomainError | None = None) -> Response:
    now = portal_now()
    return render_page(
        "gestion/templates/annonces.html",
        refusal=refusal,
        messages=[
            (message, _state(message, now))
            for message in staff_member.call(api.list_messages()).messages
        ],
        values=_posted()
        if preview or refusal
        else {"severity": "info", "shown_from": shown_instant(now)},
        preview=preview,
        severity_options=[
            {"value": value, "label": label} for value, label in SEVERITY_LABELS.items()
        ],
        instant_hint=INSTANT_HINT,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.post("/messages", who=access.staff(MANAGE))
@shown_on(list_messages, 422)
def publish_message() -> ResponseReturnValue:
    posted = _posted()
    instants = read_instants(posted, READERS, REQUIRED)
    if posted_text("action") != "publier":
        return list_messages(preview=True)
    staff_member.call(api.publish_message(body=posted | instants))
    return redirect(url_for("gestion.list_messages", fait="publie"), code=303)


@blueprint.post("/messages/<message_id>/retrait", who=access.staff(MANAGE))
def withdraw_message(message_id: str) -> ResponseReturnValue:
    staff_member.call(api.withdraw_message(message_id))
    return redirect(url_for("gestion.list_messages", fait="retire"), code=303)


def _posted() -> dict[str, str]:
    return {name: posted_text(name) for name in FIELDS}


def _state(message: api.PublishedMessage, now: datetime) -> str:
    if now < message.shown_from:
        return "À venir"
    return "Affiché" if now < message.shown_until else "Terminé"
