"""« Mes messages »: the mails that a service sent to a candidate, the same for each service that
sends some."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Protocol

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts.api.given import Given, given
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


class SentMailsQuery(Given):
    after: str | None = given(
        fields.String(
            load_default=None,
            metadata={"description": "place du dernier mail de la page précédente"},
        )
    )
    limit: int = given(
        fields.Integer(
            load_default=USUAL_MAILS_PAGE, validate=validate.Range(1, LARGEST_MAILS_PAGE)
        )
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


class StoredMail(Protocol):
    """A mail as `services/mail` has it, which knows no contract."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def address(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def place(self) -> str: ...


def mails_page(mails: Iterable[StoredMail]) -> SentMails:
    """Return a page of mails, with how long they are kept."""
    kept_days = retention().kind("mails").active.days
    return SentMails(mails=tuple(map(_sent_mail, mails)), kept_days=kept_days)


def _sent_mail(mail: StoredMail) -> SentMail:
    return SentMail(
        subject=mail.subject,
        text=mail.text,
        at=mail.at,
        address=mail.address,
        state=mail.state,
        place=mail.place,
    )


def _list_mails(path: str, summary: str) -> Operation[SentMails]:
    return Callers(CANDIDATE).get(path, SentMails, summary, query=SentMailsQuery)


list_mails_of_accounts = _list_mails(
    "/v1/me/mails", "What accounts mailed to this candidate, newest first."
)
list_mails_of_registrations = _list_mails(
    "/v1/mails", "What registrations mailed to this candidate, newest first."
)
