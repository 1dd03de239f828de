"""Runs the due jobs, each in a separate thread, so that a long one delays no other."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from functools import partial

import structlog
from flask import Flask

from services.chassis.clock import system_now
from services.chassis.database.transactions import Database
from services.chassis.jobs import lease_rows
from services.chassis.jobs.registry import Job, Jobs, stopping_answered_by
from services.chassis.process.leases import renewing
from services.chassis.process.logs import frames_of, reason_of

log = structlog.get_logger()

AGAIN_AFTER_FAILURE = timedelta(minutes=5)


@dataclass
class _StoppingAnswer:
    """The answer of `stopping()` to one run; `answered`: whether it was ever True."""

    stop: threading.Event
    lost: threading.Event
    answered: bool = False

    def __call__(self) -> bool:
        self.answered = self.answered or self.stop.is_set() or self.lost.is_set()
        return self.answered


class Outcome(Enum):
    DONE = auto()
    FAILED = auto()
    INTERRUPTED = auto()
    """`stopping()` told the job to return: it stays due."""


def run_leased(db: Database, job: Job, owner: str, stop: threading.Event) -> Outcome:
    """Run a job leased to `owner` (lease_rows.take), renew its lease meanwhile, and record when it is due again."""
    log.info("job_started", job=job.name)
    started_at = system_now()
    try:
        with renewing(partial(lease_rows.renew, db, job.name, owner)) as lost:
            stopping = _StoppingAnswer(stop, lost)
            with stopping_answered_by(stopping):
                job.run()
    except Exception as error:
        log.error("job_failed", job=job.name, reason=reason_of(error), frames=frames_of(error))
        due_at = system_now() + min(job.period, AGAIN_AFTER_FAILURE)
        lease_rows.end(db, job.name, owner, due_at=due_at, succeeded=False)
        return Outcome.FAILED
    if stopping.answered:
        log.info("job_interrupted", job=job.name)
        lease_rows.give_back(db, job.name, owner)
        return Outcome.INTERRUPTED
    lease_rows.end(db, job.name, owner, due_at=started_at + job.period, succeeded=True)
    return Outcome.DONE


class JobRuns:
    """The runs of one worker, at most one of each job. `owner` is its start id; `stop` makes `stopping()` True."""

    def __init__(self, app: Flask, jobs: Jobs, owner: str, stop: threading.Event) -> None:
        self._app = app
        self._db: Database = app.extensions["sqlalchemy"]
        self._jobs = jobs
        self._owner = owner
        self._stop = stop
        self._threads: dict[str, threading.Thread] = {}

    def start_due(self) -> list[str]:
        """Start the due jobs that no worker runs; returns their names."""
        idle = [name for name in self._jobs.names() if not self._is_running(name)]
        started = [name for name in lease_rows.due(self._db, idle) if lease_rows.take(self._db, name, self._owner)]
        for name in started:
            thread = threading.Thread(target=self._run, args=(self._jobs[name],), name=f"job {name}", daemon=True)
            self._threads[name] = thread
            thread.start()
        return started

    def join(self, seconds: float) -> bool:
        """Wait for the current runs; False if one did not end in time. Its lease then expires."""
        deadline = time.monotonic() + seconds
        for thread in list(self._threads.values()):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(self._is_running(name) for name in self._threads)

    def _is_running(self, name: str) -> bool:
        return name in self._threads and self._threads[name].is_alive()

    def _run(self, job: Job) -> None:
        try:
            with self._app.app_context():
                run_leased(self._db, job, self._owner, self._stop)
        except Exception as error:  # the database is unavailable: the lease expires, and the job runs again
            log.error("job_not_settled", job=job.name, reason=reason_of(error), frames=frames_of(error))
