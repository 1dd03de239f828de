"""How many files of one candidate are received: at once in this process, and within an hour in all.

Each try counts, accepted or not, since what is refused costs as much. By the system's clock.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.process.concurrency import Places
from services.pieces.domain import refusals
from services.pieces.models import DepositTries, db

AT_ONCE = 2
WINDOW = timedelta(hours=1)


def places(each: int = AT_ONCE) -> Places:
    """Of the candidates who have files under way in this process. Raise TooManyDeposits."""
    return Places(each, refusals.too_many_at_once)


def count_try(candidate_id: str, most: int) -> None:
    """Count one more file of the candidate. Raises TooManyDeposits, with how long to wait, beyond `most` an hour."""
    now = system_now()
    with db.operation() as session:
        count, since = _one_more(session, candidate_id, now)
    if count > most:
        raise refusals.too_many_this_hour(max(1, math.ceil((since + WINDOW - now).total_seconds())))


def _one_more(session: Session, candidate_id: str, now: datetime) -> tuple[int, datetime]:
    """In one statement, since files of one candidate come side by side."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    over = DepositTries.since <= now - WINDOW
    added = dialect.insert(DepositTries).values(candidate_id=candidate_id, count=1, since=now)
    counted = added.on_conflict_do_update(
        index_elements=[DepositTries.candidate_id],
        set_={
            "count": case((over, 1), else_=DepositTries.count + 1),
            "since": case((over, now), else_=DepositTries.since),
        },
    ).returning(DepositTries.count, DepositTries.since)
    reached, began = session.execute(counted).one()
    return reached, began


def purge_tries() -> None:
    """Forget those that no longer count."""
    with db.operation() as session:
        session.execute(delete(DepositTries).where(DepositTries.since <= system_now() - WINDOW))
