"""What the worker does once a request is answered: scan deposits, announce refusals, remind whole lists."""

from typing import Any

from services.chassis.events import Envelope
from services.chassis.process.capacity import WORK
from services.chassis.tasks.registry import Channel
from services.pieces.antivirus import SCAN_SECONDS
from services.pieces.handlers import registry
from services.pieces.operations.antivirus_scans import SCAN, scan_deposit
from services.pieces.operations.controls import ANNOUNCE_REFUSALS, announce_refusals
from services.pieces.operations.reminders import REMIND_LIST, remind_page

__all__ = ["registry"]

SCANS = Channel("scans", seconds=WORK.store + SCAN_SECONDS + 60.0)  # a file's reading and its scan at their slowest

REMINDERS = Channel("reminders")  # thousands of candidatures hold up no announcement


@registry.follow_up(SCAN, SCANS)
def scan(data: dict[str, Any], envelope: Envelope) -> None:
    """Scan a deposit; after an error it shows « analyse en échec » and is tried again."""
    scan_deposit(str(data["deposit_id"]))


@registry.follow_up(ANNOUNCE_REFUSALS)
def announce(data: dict[str, Any], envelope: Envelope) -> None:
    """Tell a candidate of refused pieces."""
    announce_refusals(str(data["candidature_id"]))


@registry.follow_up(REMIND_LIST, REMINDERS)
def remind_list(data: dict[str, Any], envelope: Envelope) -> None:
    """Remind a page of the candidates whom a gestionnaire's filters found."""
    remind_page(data)
