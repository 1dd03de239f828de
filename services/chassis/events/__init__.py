"""Facts told to other services (docs/decisions/0003-events-and-tasks.md)."""

from services.chassis.events.envelope import Envelope
from services.chassis.events.outbox import publish

__all__ = ["Envelope", "publish"]
