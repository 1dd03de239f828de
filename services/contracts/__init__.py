"""The events that services exchange, one module per producer.

Each event is a frozen dataclass that knows its versioned TYPE and its CONSUMERS. Changing the shape of one
means a new version: consumers are upgraded before producers.
"""

from services.contracts import accounts, pieces, registrations
from services.contracts.base import Contract

EVENTS: tuple[type[Contract], ...] = tuple(Contract.__subclasses__())
BY_TYPE: dict[str, type[Contract]] = {event.TYPE: event for event in EVENTS}

__all__ = ["BY_TYPE", "EVENTS", "Contract", "accounts", "pieces", "registrations"]
