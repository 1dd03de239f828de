"""Messages of the home page: published for a period, withdrawn before its end."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import FieldError, Invalid, found
from services.contracts.api.administration import CreatedMessage, NewMessage
from services.contracts.registration_rules import MESSAGE_TEXT_LENGTH, MESSAGE_TITLE_LENGTH
from services.registrations.models import AuditEntry, Message, db


def publish_message(new: NewMessage, *, actor: Actor, at: datetime) -> CreatedMessage:
    """Publish a new message; return its id. Raises Invalid with all its errors."""
    message = Message(
        title=new.title,
        text=new.text,
        severity=new.severity,
        shown_from=new.shown_from,
        shown_until=new.shown_until,
    )
    with db.operation() as transaction:
        return CreatedMessage(id=add_message(transaction, message, actor=actor, at=at))


def add_message(transaction: DbSession, message: Message, *, actor: Actor, at: datetime) -> str:
    """Publish a message within the caller's operation; return its id. Raises Invalid with all its
    errors."""
    message.title = message.title.strip()
    message.text = message.text.strip()
    if errors := tuple(_mistakes(message)):
        raise Invalid(errors=errors)
    transaction.add(message)
    transaction.flush()
    after = {
        "title": message.title,
        "text": message.text,
        "severity": message.severity,
        "from": message.shown_from,
        "until": message.shown_until,
    }
    AuditEntry.record(transaction, actor, "message.published", message.id, at=at, after=after)
    return message.id


def withdraw_message(message_id: str, *, actor: Actor, at: datetime) -> None:
    """Take a message off at once. Raises NotFound."""
    with db.operation() as transaction:
        message = found(transaction.get(Message, message_id), "Ce message n'existe pas.")
        before = {"title": message.title, "text": message.text}
        AuditEntry.record(transaction, actor, "message.withdrawn", message.id, at=at, before=before)
        transaction.delete(message)


def _mistakes(new: Message) -> Iterator[FieldError]:
    if not new.title or len(new.title) > MESSAGE_TITLE_LENGTH:
        yield FieldError(
            "#/title", f"Un titre de {MESSAGE_TITLE_LENGTH} caractères au plus est requis."
        )
    if not new.text or len(new.text) > MESSAGE_TEXT_LENGTH:
        yield FieldError(
            "#/text", f"Un texte de {MESSAGE_TEXT_LENGTH} caractères au plus est requis."
        )
    if new.shown_from >= new.shown_until:
        yield FieldError("#/shown_until", "La fin doit suivre le début.")
