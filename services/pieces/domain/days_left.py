"""How many days are left before a deadline, as people count them."""

from __future__ import annotations

from datetime import datetime

from services.chassis.clock import to_paris
from services.chassis.french import shown_end


def days_left(deadline: datetime, at: datetime) -> int:
    """Days of Paris from the day of `at` to the last day before the exclusive `deadline`; 0 on that day itself."""
    return (shown_end(deadline).date() - to_paris(at).date()).days
