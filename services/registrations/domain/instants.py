"""How instants are written in events and stored JSON."""

from __future__ import annotations

from datetime import UTC, datetime


def iso_utc(instant: datetime) -> str:
    """ISO 8601 in UTC, as contracts write instants."""
    return instant.astimezone(UTC).isoformat()
