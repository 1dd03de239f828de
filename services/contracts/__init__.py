"""The events that services exchange, one module per producer.

Each event is a frozen dataclass that knows its versioned TYPE and its CONSUMERS. Changing the shape
of one means a new version: consumers are upgraded before producers.
"""

from services.contracts import accounts, documents, pieces, registrations
from services.contracts.base import Contract

EVENTS: tuple[type[Contract], ...] = tuple(Contract.__subclasses__())

__all__ = ["EVENTS", "Contract", "accounts", "documents", "pieces", "registrations"]
