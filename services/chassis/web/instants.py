"""The instants that APIs read. Those at both ends of what Python can count have no time in Paris, or none in UTC: once
stored, one would stop every page and job that shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields

from services.chassis.clock import YEARS

REFUSAL = f"Une date des années {YEARS[0]} à {YEARS[-1]} est attendue."


class Instant(fields.AwareDateTime):
    """With its offset, of a year of clock.YEARS."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        instant: datetime = super()._deserialize(value, attr, data, **kwargs)
        return checked_instant(instant)


def checked_instant(instant: datetime) -> datetime:
    """Raises ValidationError for a year outside clock.YEARS."""
    if instant.year not in YEARS:
        raise ValidationError(REFUSAL)
    return instant
