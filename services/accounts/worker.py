"""The worker of accounts: publishes its events, sends its mails, runs its jobs."""

from __future__ import annotations

from flask import Flask

from services.accounts.follow_ups import registry
from services.accounts.jobs import jobs
from services.chassis.process import worker


def run_worker(app: Flask) -> None:
    """Runs until SIGTERM."""
    worker.run(app, registry, jobs)
