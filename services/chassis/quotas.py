"""How often something may be asked for within a time. Pure functions."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Quota:
    """At most `max_count` within `window`."""

    max_count: int
    window: timedelta


def count_in_window(
    count: int, since: datetime | None, quota: Quota, now: datetime
) -> tuple[int, datetime, int]:
    """Count one more request: (new count, start of the window, seconds to wait; 0: the request is
    allowed)."""
    if since is None or now - since >= quota.window:
        return 1, now, 0
    if count < quota.max_count:
        return count + 1, since, 0
    return count, since, max(1, math.ceil((since + quota.window - now).total_seconds()))
