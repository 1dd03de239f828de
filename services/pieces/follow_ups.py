"""What the worker does after a request has answered: have files scanned."""

from __future__ import annotations

from typing import Any

from services.chassis.events import Channel, Envelope
from services.pieces.handlers import registry
from services.pieces.operations.deposits import retire_removed
from services.pieces.operations.scans import SCAN, scan_deposit
from services.pieces.parts import parts

__all__ = ["registry"]

SCANS = Channel("scans", seconds=300.0)  # the reading of the file, and the antivirus's own time, however both drag


@registry.follow_up(SCAN, SCANS)
def scan(data: dict[str, Any], envelope: Envelope) -> None:
    """Ask the antivirus; an error is shown as « analyse en échec » and tried again."""
    scan_deposit(parts(), str(data["deposit_id"]))


@registry.follow_up("erase_object")
def retire_instead(data: dict[str, Any], envelope: Envelope) -> None:
    """What versions before « retired_objects » asked for; they may run beside this one during an upgrade."""
    retire_removed(str(data["deposit_id"]))
