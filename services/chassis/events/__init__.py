"""Facts as events: an outbox in the transaction of the change, a broker, an inbox in the transaction of the effect.

    from services.chassis.events import EventTables, Handlers, follow_up, publish

Nothing is lost with the broker down, nothing done twice; what keeps failing is parked where an operator sees it.
"""

from services.chassis.events.envelope import Envelope
from services.chassis.events.handlers import Channel, Handlers
from services.chassis.events.outbox import is_in_hand
from services.chassis.events.parking import erase_subject, purge
from services.chassis.events.publishing import follow_up, publish
from services.chassis.events.tables import EventTables

__all__ = [
    "Channel",
    "Envelope",
    "EventTables",
    "Handlers",
    "erase_subject",
    "follow_up",
    "is_in_hand",
    "publish",
    "purge",
]
