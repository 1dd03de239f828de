"""The worker of pieces: registrations' events, the antivirus and the erasing of files, what a clock starts."""

from __future__ import annotations

from flask import Flask

from services.chassis.process import worker
from services.pieces.follow_ups import registry
from services.pieces.jobs import jobs


def run_worker(app: Flask) -> None:
    """Runs until SIGTERM."""
    worker.run(app, registry, jobs)
