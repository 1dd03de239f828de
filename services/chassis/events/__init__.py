"""Facts as events: an outbox in the transaction of the change, a broker, an inbox in the transaction of the effect.

    from services.chassis.events import EventTables, Handlers, follow_up, publish

No event is lost while the broker is down, and no effect happens twice; an event that keeps failing is parked for an
operator.
"""

from services.chassis.events.envelope import Envelope
from services.chassis.events.handlers import Channel, Handlers
from services.chassis.events.parking import erase_subject
from services.chassis.events.publishing import follow_up, publish
from services.chassis.events.retention import purge
from services.chassis.events.tables import EventTables

__all__ = [
    "Channel",
    "Envelope",
    "EventTables",
    "Handlers",
    "erase_subject",
    "follow_up",
    "publish",
    "purge",
]
