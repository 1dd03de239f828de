"""Mails as their addressee may read them again: what was said, when, to which address, what became of it.

Each service that sends mails keeps its own; no secret address of a mail is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, and_, column, delete, insert, or_, select, table, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.chassis.database.deletion import forget
from services.chassis.database.transactions import Database, UtcDateTime
from services.mail.letter import Letter
from services.mail.mailer import Mail, Mailer, MailRefused

KEPT = timedelta(days=365)

sent_mails = table(
    "sent_mails",
    column("id", String),
    column("owner_id", String),
    column("address", String),
    column("subject", String),
    column("text", Text),
    column("at", UtcDateTime),
    column("state", String),
)


class State(StrEnum):
    """What became of a mail: not given to the mail server yet, taken by it, or refused for good."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True)
class Place:
    """Where a page of mails, newest first, goes on: after this one."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%S.%fZ}~{self.id}"

    @classmethod
    def read(cls, text: str) -> Place:
        """Raises ValueError."""
        at, _, id = text.partition("~")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None or not id:
            raise ValueError(text)
        try:
            return cls(instant.astimezone(UTC), id)
        except OverflowError as error:  # before the year 1 or after 9999
            raise ValueError(text) from error


class SentMails:
    """Declares the table on `db`'s metadata; the model is an attribute, for migrations and tests."""

    def __init__(self, db: Database) -> None:
        model: Any = type("SentMail", (_SentMail, db.Model), {"__tablename__": sent_mails.name})
        self.SentMail = model
        Index("ix_sent_mails_owner", model.owner_id, model.at, model.id)
        Index("ix_sent_mails_at", model.at)


class _SentMail:
    """`id` is the event's from which the mail follows: a mail that is sent twice is one row."""

    __table_args__ = (CheckConstraint("state IN ('waiting', 'taken', 'refused')", name="state_known"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_id: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))


def keep(session: Session, owner_id: str, letter: Letter, mail: Mail) -> None:
    """A mail that is about to be sent; one that is kept already stays as it is.

    The caller holds its owner's row: nobody is erased meanwhile.
    """
    if session.execute(select(sent_mails.c.id).where(sent_mails.c.id == mail.message_id)).first():
        return
    values = {
        "id": mail.message_id,
        "owner_id": owner_id,
        "address": mail.to,
        "subject": mail.subject,
        "text": letter.kept_text(),
        "at": mail.date,
        "state": State.WAITING,
    }
    session.execute(insert(sent_mails).values(values))


def hand_over(db: Database, mailer: Mailer, mail: Mail) -> MailRefused | None:
    """Send the mail and note, where it is kept, what the mail server made of it; why it never takes it, if so.

    Raises MailUnavailable or MailDeferred.
    """
    refusal = None
    try:
        mailer.send(mail)
    except MailRefused as error:
        refusal = error
    state = State.TAKEN if refusal is None else State.REFUSED
    with db.operation() as session:
        session.execute(update(sent_mails).where(sent_mails.c.id == mail.message_id).values(state=state))
    return refusal


def page(session: Session, owner_id: str, *, after: Place | None, limit: int) -> list[dict[str, Any]]:
    """At most `limit` mails of this person, newest first, each with its place."""
    query = select(sent_mails).where(sent_mails.c.owner_id == owner_id)
    if after is not None:
        earlier = and_(sent_mails.c.at == after.at, sent_mails.c.id < after.id)
        query = query.where(or_(sent_mails.c.at < after.at, earlier))
    rows = session.execute(query.order_by(sent_mails.c.at.desc(), sent_mails.c.id.desc()).limit(limit))
    return [{**row._mapping, "place": str(Place(row.at, row.id))} for row in rows]


def erase(session: Session, owner_id: str) -> None:
    session.execute(delete(sent_mails).where(sent_mails.c.owner_id == owner_id))


def purge(db: Database, now: datetime) -> None:
    """Those that are kept no longer."""
    forget(db, sent_mails.c.id, where=sent_mails.c.at < now - KEPT)
