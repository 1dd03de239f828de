"""Running the jobs that are due: each in a thread of its own, so that a long one delays no other."""

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
from services.chassis.jobs.registry import Job, Jobs, answering_stopping
from services.chassis.process.failure_reason import frames_of, reason_of
from services.chassis.process.leases import renewing

log = structlog.get_logger()

AGAIN_AFTER_FAILURE = timedelta(minutes=5)


@dataclass
class _Asked:
    """What `stopping()` answers to one run, and whether it has answered that it should stop."""

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
    """It was to stop, or its lease was lost, and it asked: it is due as it was."""


def run_taken(db: Database, job: Job, owner: str, stop: threading.Event) -> Outcome:
    """Run a job that is `owner`'s (lease_rows.take), renewing its lease, and write down when it is due again."""
    log.info("job_started", job=job.name)
    started_at = system_now()
    try:
        with renewing(partial(lease_rows.renew, db, job.name, owner)) as lost:
            asked = _Asked(stop, lost)
            with answering_stopping(asked):
                job.run()
    except Exception as error:
        log.error("job_failed", job=job.name, reason=reason_of(error), frames=frames_of(error))
        due_at = system_now() + min(job.period, AGAIN_AFTER_FAILURE)
        lease_rows.end(db, job.name, owner, due_at=due_at, succeeded=False)
        return Outcome.FAILED
    if asked.answered:
        log.info("job_interrupted", job=job.name)
        lease_rows.give_back(db, job.name, owner)
        return Outcome.INTERRUPTED
    lease_rows.end(db, job.name, owner, due_at=started_at + job.period, succeeded=True)
    return Outcome.DONE


class JobRuns:
    """The runs of one worker, at most one of each job. `owner` is its start id; `stop` tells the jobs that ask."""

    def __init__(self, app: Flask, jobs: Jobs, owner: str, stop: threading.Event) -> None:
        self._app = app
        self._db: Database = app.extensions["sqlalchemy"]
        self._jobs = jobs
        self._owner = owner
        self._stop = stop
        self._threads: dict[str, threading.Thread] = {}

    def start_due(self) -> list[str]:
        """Start those whose time has come and that nobody runs, here or elsewhere; their names."""
        idle = [name for name in self._jobs.names() if not self._is_running(name)]
        started = [name for name in lease_rows.due(self._db, idle) if lease_rows.take(self._db, name, self._owner)]
        for name in started:
            thread = threading.Thread(target=self._run, args=(self._jobs[name],), name=f"job {name}", daemon=True)
            self._threads[name] = thread
            thread.start()
        return started

    def join(self, seconds: float) -> bool:
        """Wait for the runs under way; False when one did not end. Its lease frees it."""
        deadline = time.monotonic() + seconds
        for thread in list(self._threads.values()):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(self._is_running(name) for name in self._threads)

    def _is_running(self, name: str) -> bool:
        return name in self._threads and self._threads[name].is_alive()

    def _run(self, job: Job) -> None:
        try:
            with self._app.app_context():
                run_taken(self._db, job, self._owner, self._stop)
        except Exception as error:  # the database is away: the lease ends by itself, and the job runs again
            log.error("job_not_settled", job=job.name, reason=reason_of(error), frames=frames_of(error))
