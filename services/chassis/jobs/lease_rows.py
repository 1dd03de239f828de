"""The row of each job: when it is due, which worker holds its lease and until when. Sets the gauges of the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Gauge
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from services.chassis.clock import system_now
from services.chassis.database.transactions import Database
from services.chassis.events.tables import job_leases
from services.chassis.process import leases

log = structlog.get_logger()

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""Before a job during which two, three … workers in a row have died is tried again."""

RUNNING = Gauge("job_running_seconds", "Since when a worker runs the job; 0 while none does", ("service", "job"))
SINCE_SUCCESS = Gauge(
    "job_last_success_age_seconds", "Since the last success of the job, or else its first start", ("service", "job")
)

PERIOD = Gauge("job_period_seconds", "How often the job is to run", ("service", "job"))


def due(db: Database, names: Sequence[str]) -> list[str]:
    """The jobs among `names` that are due and not leased."""
    now = system_now()
    columns = select(job_leases.c.name, job_leases.c.due_at, job_leases.c.leased_until)
    with db.reading() as session:
        rows = {row.name: row for row in session.execute(columns.where(job_leases.c.name.in_(names)))}
    return [name for name in names if _is_due(rows.get(name), now)]


def take(db: Database, name: str, owner: str, *, even_if_not_due: bool = False) -> bool:
    """Lease the job to `owner`; whether that succeeded. `even_if_not_due`: only the lease of another prevents it.

    A job whose worker died is taken over at once. If a second worker dies, the job itself may be the cause: it is
    postponed, longer each time.
    """
    now = system_now()
    try:
        with db.operation() as session:
            row = session.execute(select(job_leases).where(job_leases.c.name == name).with_for_update()).first()
            if not (_is_free(row, now) if even_if_not_due else _is_due(row, now)):
                return False
            values = (None if even_if_not_due else _postponed(row, now)) or _lease_values(row, owner, now)
            if row is None:
                session.execute(insert(job_leases).values(name=name, due_at=now, first_started_at=now, **values))
            else:
                session.execute(update(job_leases).where(job_leases.c.name == name).values(values))
    except IntegrityError:  # another worker inserted the row first
        return False
    leased = values["leased_by"] == owner
    if row is not None and row.leased_by is not None:
        log.warning(
            "job_taken_over" if leased else "job_postponed",
            job=name,
            earlier_owner=row.leased_by,
            started_at=str(row.started_at),
            takeovers=values["takeovers"],
        )
    return leased


def _lease_values(row: Any, owner: str, now: datetime) -> dict[str, Any]:
    lease = {"leased_until": now + leases.LEASE, "leased_by": owner, "started_at": now}
    return lease if row is None else {**lease, "takeovers": row.takeovers + (row.leased_by is not None)}


def _postponed(row: Any, now: datetime) -> dict[str, Any] | None:
    if row is None or row.leased_by is None or not row.takeovers:
        return None
    pause = PAUSES[min(row.takeovers, len(PAUSES)) - 1]
    return {"due_at": now + pause, "leased_until": None, "leased_by": None, "takeovers": row.takeovers + 1}


def renew(db: Database, name: str, owner: str) -> bool:
    return _change(db, name, owner, leased_until=system_now() + leases.LEASE)


def end(db: Database, name: str, owner: str, *, due_at: datetime, succeeded: bool) -> bool:
    """Record a run that returned or failed; the job is due again at `due_at`."""
    now = system_now()
    success = {"last_succeeded_at": now} if succeeded else {}
    free = {"leased_until": None, "leased_by": None, "takeovers": 0}
    return _change(db, name, owner, due_at=due_at, last_ended_at=now, **free, **success)


def give_back(db: Database, name: str, owner: str) -> bool:
    """Release the lease of a job that was not completed; it stays due, for any worker."""
    return _change(db, name, owner, leased_until=None, leased_by=None)


def show(db: Database, service: str, periods: Mapping[str, timedelta]) -> None:
    """Set the gauges of the jobs of these `periods` that were ever started; every worker shows the same values."""
    now = system_now()
    with db.reading() as session:
        rows = session.execute(select(job_leases).where(job_leases.c.name.in_(periods))).all()
    for row in rows:
        PERIOD.labels(service, row.name).set(periods[row.name].total_seconds())
        is_leased = row.leased_until is not None and row.leased_until >= now
        RUNNING.labels(service, row.name).set(_seconds(row.started_at, now) if is_leased else 0)
        SINCE_SUCCESS.labels(service, row.name).set(_seconds(row.last_succeeded_at or row.first_started_at, now))


def _seconds(moment: datetime | None, now: datetime) -> float:
    return max(timedelta(0), now - moment).total_seconds() if moment else 0.0


def _is_due(row: Any, now: datetime) -> bool:
    return row is None or bool(row.due_at <= now and _is_free(row, now))


def _is_free(row: Any, now: datetime) -> bool:
    return row is None or row.leased_until is None or bool(row.leased_until < now)


def _change(db: Database, name: str, owner: str, **values: Any) -> bool:
    """Change the row if `owner` still holds the lease; whether that was so."""
    still_owned = (job_leases.c.name == name) & (job_leases.c.leased_by == owner)
    with db.operation() as session:
        changed = session.execute(update(job_leases).where(still_owned).values(values)).rowcount  # type: ignore[attr-defined]
    if not changed:
        log.warning("lease_lost", table="job_leases", job=name)
    return bool(changed)
