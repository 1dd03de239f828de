"""« Mes messages »: the mails that a service sent to a candidate, the same for each service that
sends some."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from marshmallow import Schema, fields, validate
from msgspec import Meta

from services.contracts.api.operation import (
    CANDIDATE,
    Answered,
    Callers,
    Instant,
    Operation,
    one_of,
)
from services.contracts.page_sizes import LARGEST_MAILS_PAGE, USUAL_MAILS_PAGE
from services.contracts.retention import retention

STATE_LABELS = {
    "waiting": "en attente d'envoi",
    "taken": "envoyé",
    "refused": "refusé par votre messagerie",
}
STATES = tuple(STATE_LABELS)
"""Of a mail: not given to the mail server yet, taken by it, or refused for good."""


class SentMailsQuery(Schema):
    after = fields.String(
        load_default=None, metadata={"description": "place du dernier mail de la page précédente"}
    )
    limit = fields.Integer(
        load_default=USUAL_MAILS_PAGE, validate=validate.Range(1, LARGEST_MAILS_PAGE)
    )


class SentMail(Answered):
    subject: str
    text: Annotated[str, Meta(description="Sans les liens qui permettent d'agir")]
    at: Instant
    address: str
    state: Annotated[str, one_of(STATES)]
    place: Annotated[
        str,
        Meta(
            description="Ordonne les mails de tous les services : le plus grand est le plus récent"
        ),
    ]


class SentMails(Answered):
    """A page of mails, newest first; the next page begins after the `place` of the last."""

    mails: tuple[SentMail, ...]
    kept_days: Annotated[int, Meta(description="Combien de jours le service les garde")]


def mails_page(mails: Iterable[Mapping[str, Any]]) -> SentMails:
    """Of mails with the fields of SentMail."""
    kept_days = retention().kind("mails").active.days
    return SentMails(mails=tuple(SentMail(**mail) for mail in mails), kept_days=kept_days)


def _list_mails(path: str, summary: str) -> Operation[SentMails]:
    return Callers(CANDIDATE).get(path, SentMails, summary, query=SentMailsQuery)


list_mails_of_accounts = _list_mails(
    "/v1/me/mails", "What accounts mailed to this candidate, newest first."
)
list_mails_of_registrations = _list_mails(
    "/v1/mails", "What registrations mailed to this candidate, newest first."
)
