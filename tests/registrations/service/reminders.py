"""Candidates who are reminded."""

from datetime import datetime

from flask import Flask

from services.contracts.reminder_rules import HOUR
from services.registrations.jobs import registry
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import move_to
from tests.support.service_worker import run_follow_ups

SEVEN_DAYS, TWO_DAYS, LAST_DAY = (at(f"2021-10-{day} {HOUR:02}:00") for day in (18, 23, 25))


def remind_at(app: Flask, instant: datetime) -> None:
    """The job runs twice at that instant; the mails are tried."""
    move_to(instant)
    for _ in range(2):
        with app.app_context():
            registry.jobs["remind-candidates"].run()
    run_follow_ups(app, registry)
