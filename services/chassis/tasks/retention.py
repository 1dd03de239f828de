"""Erases events and tasks: of a subject, or once they ended long ago."""

from datetime import datetime, timedelta

from sqlalchemy import delete, literal_column
from sqlalchemy.orm import Session

from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import Database
from services.chassis.events.tables import outbox
from services.chassis.tasks.tables import DONE, SET_ASIDE, tasks
from services.clock import system_now

RETENTION = timedelta(days=30)
"""How long an event stays from when it was sent, and a task from its end."""


def erase_subject(transaction: Session, subject: str, naming: str | None = None) -> None:
    """Erase all events and tasks about `subject`, whatever their state; with `naming`, those alone
    that hold it."""
    for table in (outbox, tasks):
        of_subject = delete(table).where(table.c.subject == subject)
        transaction.execute(
            of_subject if naming is None else of_subject.where(table.c.envelope.contains(naming))
        )


def purge(db: Database, *, before: datetime | None = None) -> int:
    """Erase what was sent or ended before `before` (by default RETENTION ago), and return how many
    rows. Waiting rows stay."""
    limit = before or system_now() - RETENTION
    ended = literal_column(f"state IN ('{DONE}', '{SET_ASIDE}')") & (tasks.c.ended_at < limit)
    sent = delete_in_pages(db, outbox.c.sequence, where=outbox.c.published_at < limit)
    return sent + delete_in_pages(db, tasks.c.sequence, where=ended)
