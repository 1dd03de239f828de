"""The worker process of pieces: handles registrations' events, scans deposits, runs scheduled jobs."""

from __future__ import annotations

from flask import Flask

from services.chassis.process import worker
from services.pieces.follow_ups import registry
from services.pieces.jobs import jobs


def run_worker(app: Flask) -> None:
    """Runs until SIGTERM."""
    worker.run(app, registry, jobs)
