"""The worker of documents: registrations' events, creation of documents, the reconciliation."""

from __future__ import annotations

from flask import Flask

from services.chassis.process import worker
from services.documents.follow_ups import registry
from services.documents.jobs import jobs


def run_worker(app: Flask) -> None:
    """Runs until SIGTERM."""
    worker.run(app, registry, jobs)
