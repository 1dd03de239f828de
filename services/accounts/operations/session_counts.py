"""How many people are logged in, for operators. System time."""

from datetime import datetime

from sqlalchemy import Select, func, select

from services.accounts.models import LoginSession, db
from services.accounts.operations.sessions import absolute_limit, idle_limit
from services.chassis.tasks import gauges
from services.chassis.tasks.gauges import Gauge
from services.clock import system_now
from services.contracts.api.sessions import KINDS

SESSIONS = Gauge("accounts_sessions", "People logged in, by whose session it is", ("kind",))


def record_session_counts() -> None:
    """Set the gauge of the sessions that are not over, of each kind: read by the index on their
    last activity."""
    now = system_now()
    with db.reading() as transaction:
        counts: dict[tuple[str, ...], float] = {
            (kind,): transaction.scalar(_count_of_live(kind, now)) or 0 for kind in KINDS
        }
    gauges.record(db, SESSIONS, counts)


def _count_of_live(kind: str, now: datetime) -> Select[int]:
    open_ones = select(func.count()).select_from(LoginSession).filter_by(kind=kind, ended_at=None)
    return open_ones.where(
        LoginSession.last_seen_at > now - idle_limit(kind),
        LoginSession.created_at > now - absolute_limit(),
    )
