"""Figures of tasks for `/metrics`: how many wait, and when jobs ran."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, Select, func, select, union_all
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.tasks.tables import IS_WAITING, JOB, tasks
from services.clock import seconds_since

MAX_COUNTED = 10_000  # waiting rows: operators act long before


def waiting(db: Database, channels: Iterable[str]) -> dict[str, tuple[int, float]]:
    """Return how many tasks wait, and the age in seconds of the oldest, by channel; of the
    MAX_COUNTED longest due of each."""
    none = dict.fromkeys(channels, (0, 0.0))
    if not none:
        return {}
    rows = union_all(*map(_waiting_in, none)).subquery()
    totals = select(rows.c.channel, func.count(), func.min(rows.c.created_at)).group_by(
        rows.c.channel
    )
    with db.reading() as transaction:
        return none | {
            channel: (count, seconds_since(oldest))
            for channel, count, oldest in transaction.execute(totals)
        }


def _waiting_in(channel: str) -> Select[*tuple[object, ...]]:
    rows = select(tasks.c.channel, tasks.c.created_at).where(IS_WAITING, tasks.c.channel == channel)
    return select(
        rows.order_by(tasks.c.available_at, tasks.c.sequence).limit(MAX_COUNTED).subquery()
    )


def jobs(transaction: Session, names: Iterable[str]) -> Sequence[Row[*tuple[object, ...]]]:
    """Return the rows of these jobs that were ever due."""
    return transaction.execute(
        select(tasks).where(tasks.c.event_id == JOB, tasks.c.handler.in_(list(names)))
    ).all()
