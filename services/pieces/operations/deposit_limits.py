"""Limits of the files that one candidate may send: at once in this process, within an hour in all, and in bytes.

Each try counts, accepted or not, since a refused file costs as much. By the system's clock.
"""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.quotas import Quota, count_in_window
from services.pieces.domain import refusals
from services.pieces.domain.uploads import HOUR
from services.pieces.models import DepositTries, db
from services.pieces.queries.pieces import retired_bytes
from services.uploads.uploads import lock_owner

MAX_CONCURRENT_DEPOSITS = 2
"""Files of one candidate that this process inspects and stores at the same time. The gateway receives more of them at
once (`uploads_per_candidate` of its settings), since receiving costs little and lasts as long as the sender's line."""


def count_deposit_try(candidate_id: str, max_per_hour: int) -> None:
    """Count one more file of the candidate. Raises TooManyDeposits, with how long to wait, beyond `max_per_hour`."""
    with db.operation() as session:
        lock_owner(session, candidate_id)  # several requests of a candidate may run at the same time
        before = session.get(DepositTries, candidate_id) or DepositTries(candidate_id=candidate_id, count=0)
        quota = Quota(max_per_hour, HOUR)
        before.count, before.since, wait = count_in_window(before.count, before.since, quota, system_now())
        session.add(before)
    if wait:
        raise refusals.too_many_deposits_per_hour(wait)


def refuse_beyond_quota(session: Session, candidate_id: str, most: int) -> None:
    """Raises QuotaReached where more than `most` bytes of files that this candidate took away are kept."""
    if (retired := retired_bytes(session, candidate_id)) > most:
        raise refusals.quota_reached(retired, most)


def purge_deposit_tries() -> None:
    """Delete the counts of hours that are over."""
    with db.operation() as session:
        session.execute(delete(DepositTries).where(DepositTries.since <= system_now() - HOUR))
