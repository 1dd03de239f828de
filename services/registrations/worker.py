"""The worker of registrations: outbox relay, events of others, follow-ups (mails), jobs."""

from __future__ import annotations

from flask import Flask

from services.chassis.process import worker
from services.registrations.follow_ups import registry
from services.registrations.jobs import jobs


def run_worker(app: Flask) -> None:
    """Runs until SIGTERM."""
    worker.run(app, registry, jobs)
