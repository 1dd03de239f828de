"""What tests of reminders share: an opening with a ladder, its days, the job, and what it published."""

import dataclasses
from datetime import datetime
from typing import Any

from services.chassis.clock import PARIS
from services.contracts.reminder_rules import HOUR
from services.contracts.session_options import SessionOptions
from tests.pieces.example_events import CLOSES, window_changed
from tests.pieces.pieces_service import PiecesService
from tests.support import service_worker

SEVEN_DAYS, TWO_DAYS, LAST_DAY = (datetime(2021, 10, day, HOUR, tzinfo=PARIS) for day in (24, 29, 31))
"""The instants of the ladder 7, 2, 0 before the end of the guide's deposit, which closes on the 31st at midnight."""


def with_ladder(
    service: PiecesService, *days: int, revision: int = 1, closes: datetime = CLOSES, refusal_mails: bool = False
) -> PiecesService:
    """The guide's opening with this ladder (7, 2, 0); the same service, to be chained."""
    options = SessionOptions(reminder_days=days or (7, 2, 0), refusal_mails=refusal_mails)
    service.handle_events(dataclasses.replace(window_changed(revision, closes=closes), options=options))
    return service


def published(service: PiecesService, type: str = "pieces.pieces_reminded.v1") -> list[dict[str, Any]]:
    """The data of the events of a type, oldest first."""
    return [envelope["data"] for envelope in service_worker.published(service.app, type)]


def missing_codes(event: dict[str, Any]) -> list[str]:
    groups = [group for candidature in event["candidatures"] for group in candidature["groups"]]
    return [piece["code"] for group in groups for piece in group["pieces"]]
