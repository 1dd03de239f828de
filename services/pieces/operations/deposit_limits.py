"""Limits of the files that one candidate may send: at once in this process, within an hour in all, and in bytes.

Each try counts, accepted or not, since a refused file costs as much. By the system's clock.
"""

import math
from datetime import datetime

from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.pieces.domain import refusals
from services.pieces.domain.uploads import HOUR
from services.pieces.models import DepositTries, db
from services.pieces.queries.pieces import retired_bytes

MAX_CONCURRENT_DEPOSITS = 2
"""Files of one candidate that this process inspects and stores at the same time. The gateway receives more of them at
once (`uploads_per_candidate` of its settings), since receiving costs little and lasts as long as the sender's line."""


def count_deposit_try(candidate_id: str, max_per_hour: int) -> None:
    """Count one more file of the candidate. Raises TooManyDeposits, with how long to wait, beyond `max_per_hour`."""
    now = system_now()
    with db.operation() as session:
        count, since = _increment(session, candidate_id, now)
    if count > max_per_hour:
        raise refusals.too_many_deposits_per_hour(max(1, math.ceil((since + HOUR - now).total_seconds())))


def refuse_beyond_quota(session: Session, candidate_id: str, most: int) -> None:
    """Raises QuotaReached where more than `most` bytes of files that this candidate took away are kept."""
    if (retired := retired_bytes(session, candidate_id)) > most:
        raise refusals.quota_reached(retired, most)


def _increment(session: Session, candidate_id: str, now: datetime) -> tuple[int, datetime]:
    """The count of the candidate's hour with one more, and since when; in one statement, since several requests of a
    candidate may run at the same time."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    is_over = DepositTries.since <= now - HOUR
    inserted = dialect.insert(DepositTries).values(candidate_id=candidate_id, count=1, since=now)
    upserted = inserted.on_conflict_do_update(
        index_elements=[DepositTries.candidate_id],
        set_={
            "count": case((is_over, 1), else_=DepositTries.count + 1),
            "since": case((is_over, now), else_=DepositTries.since),
        },
    ).returning(DepositTries.count, DepositTries.since)
    count, since = session.execute(upserted).one()
    return count, since


def purge_deposit_tries() -> None:
    """Delete the counts of hours that are over."""
    with db.operation() as session:
        session.execute(delete(DepositTries).where(DepositTries.since <= system_now() - HOUR))
