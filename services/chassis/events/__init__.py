"""Facts told to other services: an outbox in the transaction of the change, and a broker. What hears them writes tasks.

No event is lost while the broker is down, and no effect happens twice (docs/decisions/0003-events-and-tasks.md).
"""

from services.chassis.events.envelope import Envelope
from services.chassis.events.outbox import publish

__all__ = ["Envelope", "publish"]
