"""The table of sent mails, which their addressee may read again: text, date, address, what the mail
server made of it; addresses that it refuses for good. Each service that sends mails has its own.
Secret addresses are not in it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

import structlog
from sqlalchemy import (
    Index,
    String,
    Text,
    and_,
    column,
    delete,
    insert,
    inspect,
    or_,
    select,
    table,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, MappedColumn, Session, mapped_column

from services.chassis.database.columns import UtcDateTime, known_values
from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import Database
from services.chassis.errors import FieldError, Invalid
from services.mail.letter import Letter
from services.mail.mailer import Mail, Mailer, MailRefused

_MAX_PLACE_LENGTH = 120
log = structlog.get_logger()


class State(StrEnum):
    """Whether a mail is not given to the mail server yet, taken by it, or refused for good."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class StoredMail:
    """A mail as its addressee reads it again. `place`: after which the next page begins."""

    subject: str
    text: str
    at: datetime
    address: str
    state: str
    place: str


class SentMails:
    """Declares the table on `db`'s metadata; the model is an attribute, for migrations and
    tests."""

    def __init__(self, db: Database) -> None:
        model: Any = type("SentMail", (_SentMail, db.Model), {"__tablename__": "sent_mails"})
        self.SentMail = model
        Index("ix_sent_mails_owner", model.owner_id, model.at, model.id)
        Index("ix_sent_mails_at", model.at)


class _SentMail:
    """`id`: of the event that the mail follows from, so that a mail that is sent twice is one row.
    `about`: the id of what alone it tells of, where it says so."""

    __table_args__ = (known_values("state", State),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_id: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    about: Mapped[str | None] = mapped_column(String(64))


_COLUMNS = [
    column(name, row.column.type)
    for name, row in vars(_SentMail).items()
    if isinstance(row, MappedColumn)
]
sent_mails = table("sent_mails", *_COLUMNS)
"""The same, whichever service's it is."""


def record(transaction: Session, owner_id: str, letter: Letter, mail: Mail) -> None:
    """Add a mail that is about to be sent; one that is recorded already stays as it is. The caller
    has locked the owner's row, so that the owner is not erased meanwhile."""
    if transaction.execute(
        select(sent_mails.c.id).where(sent_mails.c.id == mail.message_id)
    ).first():
        return
    transaction.execute(
        insert(sent_mails).values(
            id=mail.message_id,
            owner_id=owner_id,
            address=mail.to,
            subject=mail.subject,
            text=letter.text_to_reread(),
            at=mail.date,
            state=State.WAITING,
            about=letter.about,
        )
    )


def send_and_record(db: Database, mailer: Mailer, mail: Mail) -> MailRefused | None:
    """Send the mail and note in its record, if there is one, whether the server took it; returns
    its refusal, if any. Raises MailUnavailable or MailDeferred."""
    refusal = None
    try:
        mailer.send(mail)
    except MailRefused as error:
        log.warning("mail_refused", code=error.code)
        refusal = error
    state = State.TAKEN if refusal is None else State.REFUSED
    with db.operation() as transaction:
        transaction.execute(
            update(sent_mails).where(sent_mails.c.id == mail.message_id).values(state=state)
        )
    return refusal


class Refusal(Protocol):
    """A row of each service's own model: an address that the mail server refuses for good. Its
    primary key is the person and the address."""

    address: Mapped[str]
    code: Mapped[int]
    refused_at: Mapped[datetime]


Refused = tuple[str, str]
"""The id of a person and the address."""


def record_refusal(transaction: Session, refusal: Refusal) -> None:
    """Store that the mail server refuses an address for good, for staff to see. Of one that is
    stored already the code alone is renewed. The caller has locked the person's row."""
    model = type(refusal)
    known = transaction.get(model, inspect(model).primary_key_from_instance(refusal))
    if known is None:
        transaction.add(refusal)
    else:
        known.code = refusal.code


def forget_refusal(db: Database, model: type[Refusal], refused: Refused) -> None:
    """Delete the refusal, if any: the server accepted a mail to this address."""
    with db.reading() as transaction:
        if transaction.get(model, refused) is None:
            return
    of_address = tuple_(*inspect(model).primary_key) == refused
    with db.operation() as transaction:
        transaction.execute(delete(model).where(of_address))


def list_page(
    transaction: Session, owner_id: str, *, after: str | None, limit: int
) -> list[StoredMail]:
    """Return at most `limit` mails of this person, newest first, each with the `place` after which
    to go on. Raises Invalid for what is no place."""
    query = select(sent_mails).where(sent_mails.c.owner_id == owner_id)
    if after is not None:
        at, mail_id = _parse_place(after)
        query = query.where(
            or_(sent_mails.c.at < at, and_(sent_mails.c.at == at, sent_mails.c.id < mail_id))
        )
    rows = transaction.execute(
        query.order_by(sent_mails.c.at.desc(), sent_mails.c.id.desc()).limit(limit)
    )
    return [
        StoredMail(
            subject=row.subject,
            text=row.text,
            at=row.at,
            address=row.address,
            state=row.state,
            place=f"{row.at:%Y-%m-%dT%H:%M:%S.%fZ}~{row.id}",
        )
        for row in rows
    ]


def _parse_place(place: str) -> tuple[datetime, str]:
    """Return the instant, in UTC, and the id of the mail that a place says. Raises Invalid."""
    at, _, mail_id = place[:_MAX_PLACE_LENGTH].partition("~")
    with suppress(ValueError, OverflowError):  # OverflowError: before the year 1 or after 9999
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is not None and mail_id:
            return instant.astimezone(UTC), mail_id
    raise Invalid(errors=(FieldError("#/after", "L'indication de page n'est pas reconnue."),))


def erase_mails_of(transaction: Session, owner_id: str, about: str | None = None) -> None:
    """Delete the mails to a person, or those alone that tell of one thing, by its id."""
    of_owner = delete(sent_mails).where(sent_mails.c.owner_id == owner_id)
    transaction.execute(of_owner if about is None else of_owner.where(sent_mails.c.about == about))


def purge(db: Database, before: datetime) -> None:
    """Delete the mails that were sent before that instant."""
    delete_in_pages(db, sent_mails.c.id, where=sent_mails.c.at < before)
