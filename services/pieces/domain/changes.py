"""How long the feed of changes keeps them, and the cursor by which a reader goes on."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.contracts.piece_rules import CHANGES_RETENTION_DAYS

CHANGES_RETENTION = timedelta(days=CHANGES_RETENTION_DAYS)
"""From when a change was numbered, that is, could first be read."""


@dataclass(frozen=True)
class Place:
    """A place in the feed: just after the change of this position. `numbered_at` tells it from another change that was
    given the same position after the database went back to a backup; None: before the first change."""

    position: int
    numbered_at: datetime | None

    @property
    def cursor(self) -> str:
        stamp = self.numbered_at.astimezone(UTC).isoformat() if self.numbered_at else None
        return base64.urlsafe_b64encode(json.dumps([self.position, stamp]).encode()).decode().rstrip("=")


BEGINNING = Place(0, None)


def place_of(cursor: str) -> Place | None:
    """The place that a cursor names; None for what is no cursor of the feed."""
    try:
        position, stamp = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        numbered_at = datetime.fromisoformat(stamp) if stamp is not None else None
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    is_number = isinstance(position, int) and not isinstance(position, bool) and 0 <= position < 2**62
    if not is_number or (numbered_at is None) != (position == 0):
        return None
    return None if numbered_at is not None and numbered_at.tzinfo is None else Place(position, numbered_at)
