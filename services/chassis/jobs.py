"""Jobs that a clock starts. Each takes a lease row, so that of several workers one runs it, once per period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from services.chassis.clock import system_now
from services.chassis.database import Database
from services.chassis.events.keeping import kept
from services.chassis.events.tables import job_leases
from services.chassis.reasons import frames_of, reason_of

log = structlog.get_logger()

LEASE = timedelta(seconds=90)  # renewed while the job runs: a dead worker holds it no longer
RENEW_SECONDS = 30.0
AGAIN_AFTER_FAILURE = timedelta(minutes=5)


@dataclass(frozen=True)
class Job:
    name: str
    period: timedelta
    run: Callable[[], None]


class Jobs:
    """A service's jobs, by name. Jobs run in an application context and must bear running twice."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def every(
        self, *, name: str, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> Callable[[Callable[[], None]], Callable[[], None]]:
        """Run the function once per period, first when a worker starts."""

        def register(run: Callable[[], None]) -> Callable[[], None]:
            self._jobs[name] = Job(name, timedelta(hours=hours, minutes=minutes, seconds=seconds), run)
            return run

        return register

    def names(self) -> list[str]:
        return list(self._jobs)

    def run_job(self, name: str) -> None:
        """Run it now, whatever its period (for an operator)."""
        self._jobs[name].run()

    def run_due(self, db: Database) -> int:
        """Run those whose time has come and that no other worker holds; how many ran."""
        return sum(self._run_if_due(db, job) for job in self._jobs.values())

    def _run_if_due(self, db: Database, job: Job) -> bool:
        now = system_now()
        if not _taken(db, job.name, now):
            return False
        log.info("job_started", job=job.name)
        pause = job.period
        try:
            with kept(lambda: _renew(db, job.name), RENEW_SECONDS):
                job.run()
        except Exception as error:
            pause = min(job.period, AGAIN_AFTER_FAILURE)
            log.error("job_failed", job=job.name, reason=reason_of(error), frames=frames_of(error))
        _ended(db, job.name, due_at=now + pause)
        return True


def _taken(db: Database, name: str, now: datetime) -> bool:
    chosen = select(job_leases.c.due_at, job_leases.c.leased_until).where(job_leases.c.name == name)
    with db.reading() as session:
        if not _is_due(session.execute(chosen).first(), now):
            return False
    try:
        with db.operation() as session:
            row = session.execute(chosen.with_for_update()).first()
            if not _is_due(row, now):
                return False
            if row is None:
                session.execute(insert(job_leases).values(name=name, due_at=now, leased_until=now + LEASE))
            else:
                session.execute(update(job_leases).where(job_leases.c.name == name).values(leased_until=now + LEASE))
    except IntegrityError:  # another worker made the row first
        return False
    return True


def _renew(db: Database, name: str) -> None:
    with db.operation() as session:
        held = update(job_leases).where(job_leases.c.name == name, job_leases.c.leased_until.is_not(None))
        session.execute(held.values(leased_until=system_now() + LEASE))


def _is_due(row: Any, now: datetime) -> bool:
    if row is None:
        return True
    due_at, leased_until = row
    return bool(due_at <= now and (leased_until is None or leased_until < now))


def _ended(db: Database, name: str, *, due_at: datetime) -> None:
    values = {"due_at": due_at, "leased_until": None, "last_ended_at": system_now()}
    with db.operation() as session:
        session.execute(update(job_leases).where(job_leases.c.name == name).values(values))
