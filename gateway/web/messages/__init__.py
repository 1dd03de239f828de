"""« Mes messages »: what was mailed to the candidate, by whichever service, newest first."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.mails import SentMails
from gateway.pages import page
from gateway.services import services
from services.chassis.errors import DomainError

blueprint = Blueprint("messages", __name__)

PAGE_LENGTH = 20
STATES = {"waiting": "en attente d'envoi", "taken": "envoyé", "refused": "refusé par votre messagerie"}


@blueprint.get("/messages")
@entrances.candidates
def mine() -> ResponseReturnValue:
    answers = list(_answers(visitor.required().access_token, request.args.get("apres")))
    told = [answer for answer in answers if answer is not None]
    mails = sorted((mail for answer in told for mail in answer.mails), key=lambda mail: mail.place, reverse=True)
    shown = mails[:PAGE_LENGTH]
    return page(
        "messages/templates/messages.html",
        active="messages",
        mails=shown,
        states=STATES,
        older=shown[-1].place if len(mails) > PAGE_LENGTH else None,
        kept_days=min(answer.kept_days for answer in told) if told else None,
        incomplete=len(told) < len(answers),
    )


def _answers(token: str, after: str | None) -> Iterator[SentMails | None]:
    """Of each service that sends mails; None of one that does not answer: the others are shown."""
    for service in (services().accounts, services().registrations):
        try:
            yield service.mails(token, after, PAGE_LENGTH + 1)
        except DomainError as refusal:
            if refusal.http_status < 500:
                raise
            yield None
