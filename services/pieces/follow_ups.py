"""What the worker does once a request is answered: scan deposits, announce refusals, remind whole
lists."""

from typing import Any

from services.chassis.events.envelope import Envelope
from services.chassis.process.time_limits import WORK
from services.chassis.tasks.registry import Channel
from services.pieces.antivirus import SCAN_SECONDS
from services.pieces.handlers import registry
from services.pieces.operations.antivirus_scans import SCAN, scan_deposit
from services.pieces.operations.controls import ANNOUNCE_REFUSALS, announce_refusals
from services.pieces.operations.reminders_by_hand import REMIND_LIST, ListToRemind, remind_page

__all__ = ["registry"]  # with the follow-ups below on it
SCANS = Channel(
    "scans", seconds=WORK.store + SCAN_SECONDS + 60.0
)  # a file's reading and its scan at their slowest
REMINDERS = Channel("reminders")  # thousands of candidatures hold up no announcement

registry.follow_up(SCAN, SCANS)(lambda data, _: scan_deposit(data["deposit_id"]))
registry.follow_up(ANNOUNCE_REFUSALS)(lambda data, _: announce_refusals(data["candidature_id"]))


@registry.follow_up(REMIND_LIST, REMINDERS)
def remind_list(data: dict[str, Any], envelope: Envelope) -> None:
    to_remind = ListToRemind(
        staff_id=data["staff_id"],
        academies=data["academies"],
        filters=data["filters"],
        cursor=data["cursor"],
    )
    remind_page(to_remind, envelope.id)
